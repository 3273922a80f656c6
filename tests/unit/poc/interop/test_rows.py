import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from poc.errors import DataError
from poc.interop.rejections import Rejections
from poc.interop.rows import LONGEST_LINE, Rejected, hex_bytes, number, read_rows, text, truth, whole


def read(path, required=("a",)):
    counts = Rejections()
    rows = list(read_rows(path, required, counts))
    assert counts.n_accepted == len(rows)
    return rows, dict(counts.causes)


def put(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_csv_with_quotes_empty_lines_and_a_byte_order_mark(tmp_path):
    path = put(tmp_path / "x.csv", b'\xef\xbb\xbfa, b\r\n1,"x,y"\r\n\r\n2,\r\n')
    assert read(path) == ([{"a": "1", "b": "x,y"}, {"a": "2", "b": ""}], {})


def test_a_broken_csv_line_spoils_itself_only(tmp_path):
    path = put(tmp_path / "x.csv", b'a,b\n1,2\n3\n"4,5\n6,7,8\n\xff\xfe,1\n9,"1"0"\n10,11\n')
    assert read(path) == ([{"a": "1", "b": "2"}, {"a": "10", "b": "11"}], {"broken line": 4, "not UTF-8": 1})


def test_a_line_without_end(tmp_path):
    path = put(tmp_path / "x.csv", b"a\n1\n" + b"x" * (2 * LONGEST_LINE + 5) + b"\n2\n")
    assert read(path) == ([{"a": "1"}, {"a": "2"}], {"line too long": 1})


@pytest.mark.parametrize(
    "line",
    ["[1]", "null", "{", '{"a":', "[" * 100_000, '"a"', "1" * 5000, '{"a":' + "9" * 5000 + "}"],
)
def test_a_broken_json_line_spoils_itself_only(tmp_path, line):
    path = put(tmp_path / "x.jsonl", '{"a": 1}\n' + line + '\n{"a": NaN, "b": [1]}\n')
    rows, causes = read(path)
    assert len(rows) == 2 and causes == {"broken line": 1}


def test_json_rows_may_lack_a_column_but_not_all_of_them(tmp_path):
    assert read(put(tmp_path / "x.jsonl", '{"b": 1}\n{"a": 2}\n'))[0] == [{"b": 1}, {"a": 2}]
    with pytest.raises(DataError, match="lacks the column 'a'"):
        read(put(tmp_path / "x.jsonl", '{"b": 1}\n{"b": 2}\n'))
    assert read(put(tmp_path / "x.jsonl", "")) == ([], {})


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"b,c\n1,2\n", "lacks the column 'a'"),
        ("x.parquet", b"PAR1 not really PAR1", "Parquet"),
        ("x.parquet", b"", "Parquet"),
        ("x.xlsx", b"", "no known kind"),
    ],
)
def test_unreadable_files(tmp_path, name, data, word):
    with pytest.raises(DataError, match=word):
        read(put(tmp_path / name, data))


def test_a_parquet_file_cut_short(tmp_path):
    pq.write_table(pa.table({"a": list(range(1000))}), tmp_path / "x.parquet")
    data = (tmp_path / "x.parquet").read_bytes()
    with pytest.raises(DataError, match="Parquet"):
        read(put(tmp_path / "y.parquet", data[:-20]))
    with pytest.raises(DataError, match="lacks"):
        read(tmp_path / "x.parquet", ("b",))
    with pytest.raises(DataError, match="lacks the column 'b' or 'c'"):
        read(tmp_path / "x.parquet", ("b|c",))
    assert len(read(tmp_path / "x.parquet", ("a|b",))[0]) == 1000


@pytest.mark.parametrize("value", ["", "  ", None, True, 1.5, [1], {"x": 1}, "a\x00b", "a\nb", "x" * 5000, 10**30])
def test_no_text(value):
    with pytest.raises(Rejected):
        text({"a": value}, "a")


@pytest.mark.parametrize("value", ["=cmd|' /C calc'!A0", "ünïcødé", "0", "a" * 4096])
def test_any_text_is_an_id(value):
    assert text({"a": value}, "a") == value


@pytest.mark.parametrize(
    "value",
    ["", "1.5", "x", None, True, float("nan"), float("inf"), 101, -1, "1e400", "9" * 5000, [], "0x10", "١٢", "1_0"],
)
def test_no_whole_number(value):
    with pytest.raises(Rejected):
        whole({"a": value}, "a", 0, 100)


def test_whole_numbers_stay_exact():
    assert whole({"a": str(2**63 - 1)}, "a", 0, 2**63 - 1) == 2**63 - 1
    assert whole({"a": "1e3"}, "a", 0, 1000) == whole({"a": "+1000"}, "a", 0, 1000) == 1000


@pytest.mark.parametrize("value", ["", "x", None, True, float("nan"), "nan", "inf", -101, "1e999", [], 10**400, "1_0"])
def test_no_number(value):
    with pytest.raises(Rejected):
        number({"a": value}, "a", -100, 100)


def test_hex():
    assert hex_bytes({"a": " 0xAB cd"}, "a") == b"\xab\xcd" and hex_bytes({"a": ""}, "a") == hex_bytes({}, "a") == b""
    for value, length in (("abc", None), ("zz", None), ("ab", 2), (5.5, None), ("ab\x00", None)):
        with pytest.raises(Rejected):
            hex_bytes({"a": value}, "a", length)


def test_yes_and_no():
    assert [truth({"a": v}, "a", True) for v in (True, "TRUE", 1, "", None, "0", False, "no")] == [True] * 5 + [
        False
    ] * 3
    with pytest.raises(Rejected):
        truth({"a": "maybe"}, "a", True)
