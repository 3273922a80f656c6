"""What `poc look` writes: pictures, the page, or the table, by the ending of each path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from poc.errors import DataError, StoreError, did_you_mean
from poc.report.look_figure import look_figure
from poc.report.look_page import look_page
from poc.report.style import png_from, svg_from

if TYPE_CHECKING:
    from poc.looking.look import Sight


def save_look(sight: Sight, paths: Iterable[Path]) -> list[Path]:
    """Write each file, whole or not at all. DataError for an unknown ending, before anything is written."""
    paths = list(paths)
    for path in paths:
        if path.suffix.lower() not in _FORMS:
            raise DataError(f"'{path}' ends in '{path.suffix}'; {did_you_mean(path.suffix, _FORMS)}")
    for path in paths:
        half = path.with_name(f".{path.name}.partial")
        try:
            half.write_bytes(_FORMS[path.suffix.lower()](sight))
            half.replace(path)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise StoreError(f"'{path}' could not be written ({error.strerror}); choose another --out.") from error
    return paths


def _csv(sight: Sight) -> bytes:
    import pyarrow.csv

    stream = BytesIO()
    pyarrow.csv.write_csv(sight.table(), stream)
    return stream.getvalue()


def _parquet(sight: Sight) -> bytes:
    import pyarrow.parquet

    stream = BytesIO()
    pyarrow.parquet.write_table(sight.table(), stream, compression="zstd")
    return stream.getvalue()


_FORMS: dict[str, Callable[[Sight], bytes]] = {
    ".png": lambda sight: png_from(look_figure(sight), dpi=150),
    ".svg": lambda sight: svg_from(look_figure(sight)).encode(),
    ".html": lambda sight: look_page(sight).encode(),
    ".csv": _csv,
    ".parquet": _parquet,
}
