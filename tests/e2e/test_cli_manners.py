"""Manners of the command line, held over all commands: help, formats, silence, typos, completion, exit statuses."""

import contextlib
import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cli.commands import help_and_examples
from cli.main import app, status_of

ROOT = Path(__file__).parents[2]
TINY = """
seed = 4
[fleet]
n_hotspots = 12
[time]
n_epochs = 2
warm_up_epochs = 1
[[attacks]]
name = "location-spoof"
share = 0.2
"""


def _walk(command, words):
    inner = getattr(command, "commands", None)
    if not inner:
        yield " ".join(words), command
    for name, sub in (inner or {}).items():
        yield from _walk(sub, [*words, name])


COMMANDS = dict(_walk(typer.main.get_command(app), []))


def poc(*words):
    """(exit status, stdout, stderr) of a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = status_of([str(word) for word in words])
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("manners")
    (folder / "tiny.toml").write_text(TINY)
    (folder / "sweep.toml").write_text('scenario = "tiny.toml"\nseeds = 1\n[grid]\n"fleet.n_hotspots" = [6, 12]\n')
    (folder / "places.csv").write_text("id,lat,lng\na,47.14,9.52\nb,47.15,9.53\n")
    with contextlib.chdir(folder):
        assert poc("run", "tiny.toml", "--out", "run", "--quiet")[0] == 0
        shutil.copytree("run", "sealed")
        assert poc("ledger", "write", "sealed")[0] == 0
        assert poc("export", "run", "--as", "csv", "--out", "tables")[0] == 0
        assert poc("export", "run", "--as", "oracle", "--out", "oracle")[0] == 0
        assert poc(*RUNNABLE["fraud worlds"].split())[0] == 0
    return folder


@pytest.fixture(autouse=True)
def _there(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shares_the_common_options_and_explains_itself(name):
    command = COMMANDS[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--format", "--quiet", "--debug"} <= options
    assert command.help.strip().endswith((".", ":", "!"))
    for parameter in command.params:
        assert getattr(parameter, "help", ""), (name, parameter.name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_in_its_help_that_it_understands(name):
    command = COMMANDS[name]
    _, examples = help_and_examples(command.callback)
    lines = examples.split("\n\n")[1:]
    assert lines
    for line in lines:
        first, *others = line.split("&&")
        words = shlex.split(first)
        assert words[: 1 + len(name.split())] == ["poc", *name.split()]
        command.make_context(name, words[1 + len(name.split()) :])
        assert all(other.split()[0] == "poc" for other in others)
    status, out, _ = poc(*name.split(), "--help")
    assert status == 0
    assert "Examples:" in out
    assert " ".join(lines[0].split()[:3]) in " ".join(out.split())


#: Words to run, by command; {} in --out is exchanged, so that every format writes a folder of its own.
RUNNABLE = {
    "run": "run tiny.toml --no-report --out run-{}",
    "new": "new new-{}.toml",
    "report": "report run",
    "plot": "plot run in-degree --out degree-{}.png",
    "explain": "explain run HOTSPOT",
    "compare": "compare tiny.toml --profile minimal --profile helium-iot --out compare-{}",
    "sweep": "sweep sweep.toml --out sweep-{}",
    "fraud run": "fraud run tiny.toml --seeds 1 --out fraud-{}",
    "fraud worlds": "fraud worlds training --cell lone-2km/median-13/sigma-8 --honest 100 --n-worlds 1",
    "fraud bench": "fraud bench --out bench-{}",
    "look": "look places.csv --out look-{}.svg",
    "verify": "verify --hotspots tables/hotspots.csv --beacons tables/beacons.csv --witnesses tables/witnesses.csv "
    "--out judged-{}",
    "export": "export run --as geojson --out map-{}",
    "oracle": "oracle oracle/network_reward_manifest_v1.1767571200000.gz",
    "map synth": "map synth grid-{}.npz --kind grid --width-km 3 --height-km 3",
    "map list": "map list",
    "map show": "map show liechtenstein",
    "models list": "models list",
    "models show": "models show hata",
    "profiles list": "profiles list",
    "profiles show": "profiles show minimal",
    "ledger write": "ledger write run",
    "ledger verify": "ledger verify sealed",
}


def _words(name, form):
    import pyarrow.parquet as pq

    hotspot = str(pq.read_table("run/hotspots.parquet").column("hotspot")[0].as_py())
    return [hotspot if word == "HOTSPOT" else word.format(form) for word in RUNNABLE[name].split()]


@pytest.mark.parametrize("name", RUNNABLE)
def test_results_are_json_or_csv_as_asked_and_quiet_is_quiet(name):
    status, out, err = poc(*_words(name, "json"), "--format", "json", "--quiet")
    assert (status, err) == (0, "")
    rows = json.loads(out)
    assert isinstance(rows, list)
    assert all(isinstance(row, dict) for row in rows)
    if name in ("run", "report", "compare", "sweep", "fraud run", "fraud bench", "verify", "ledger write"):
        return  # slow, or done only once: CSV comes from the same function
    status, out, err = poc(*_words(name, "csv"), "--format", "csv", "--quiet")
    assert (status, err) == (0, "")
    assert len(list(csv.DictReader(io.StringIO(out)))) == len(rows) or name == "models show"


@pytest.mark.parametrize("words", ["profiles list", "models show hata", "plot run list", "map list"])
def test_a_table_is_for_people_and_a_pipe_gets_json(words):
    status, out, _ = poc(*words.split(), "--format", "table")
    assert status == 0
    with pytest.raises(ValueError, match=r"Expecting value|Extra data"):
        json.loads(out)
    if "plot" not in words:
        assert json.loads(poc(*words.split())[1])


@pytest.mark.parametrize(("words", "meant"), [
    ("rum tiny.toml", "run"), ("map lst", "list"), ("fraud rnu", "run"), ("lok places.csv", "look"),
    ("run tiny.toml --sed 3", "--seed"), ("run tiny.toml --quite", "--quiet"), ("map list --fromat json", "--format"),
    ("map list --format jsn", "'json'"), ("run 01-first-rum", "'01-first-run'"), ("run tny.toml", "'tiny.toml'"),
    ("sweep densty", "'density'"), ("profiles show helum-iot", "'helium-iot'"), ("models show hatta", "'hata'"),
    ("plot run mapp", "'map'"), ("export run --as cvs", "'csv'"),
    ("run tiny.toml --set fleet.n_hotspot=3", "'n_hotspots'"),
    ("sweep sweep.toml --executor proces", "'process'"), ("look places.csv --column latitude=latt", "'lat'"),
    ("look place.csv", "'places.csv'"), ("compare tiny.toml --quiet --profile minimal --profile guared", "'guarded'"),
    ("fraud run tiny.toml --detector relocatoin", "'relocation'"), ("map show helsinky", "helsinki"),
])  # fmt: skip
def test_a_typo_is_answered_with_what_was_meant(words, meant):
    status, out, err = poc(*words.split())
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert meant in err.split("error:")[1].replace(words.split()[-1], "", 1)


def test_no_arguments_show_the_help_and_nothing_else():
    status, out, err = poc()
    assert status == 2
    assert "poc demo" in out
    assert err == ""


def test_exit_status_1_is_for_a_run_that_failed():
    shutil.copytree("sealed", "altered")
    with Path("altered/metrics.json").open("a") as metrics:
        metrics.write("\n")
    status, _, err = poc("ledger", "verify", "altered", "--quiet")
    assert status == 1
    assert "not the run" in err


def test_quiet_does_not_outlive_its_command():
    assert poc("map", "show", "liechtenstein", "--quiet")[2] == ""
    assert "OpenStreetMap" in poc("map", "show", "liechtenstein")[2]


@pytest.mark.parametrize(("variables", "colours"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_is_honoured(variables, colours):
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    environment |= {"PYTHONPATH": str(ROOT), "FORCE_COLOR": "1", "TERM": "xterm-256color", **variables}
    command = [sys.executable, "-m", "cli.main", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert any(f"\x1b[{code}" in done.stdout for code in ("31", "32", "33", "36", "1;32", "1;33", "1;36")) == colours


@pytest.mark.parametrize(("shell", "words", "wanted"), [
    ("bash", "poc pl", "plot"), ("bash", "poc profiles show gua", "guarded"),
    ("bash", "poc look x --column lat", "latitude="),
    ("zsh", "poc pl", "plot"), ("fish", "poc pl", "plot"),
])  # fmt: skip
def test_the_shell_completes_commands_and_names(shell, words, wanted):
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "_POC_COMPLETE": f"complete_{shell}", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1), "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }  # fmt: skip
    code = "import sys; sys.argv = ['poc']; from cli.main import run; run()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert wanted in done.stdout, done.stderr
