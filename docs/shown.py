"""The commands and outputs that the documents show: run them, compare them, or write them anew.

python -m docs.shown README.md docs/tutorials/a-sweep.md    runs the pages and rewrites the outputs they show

A page is worked off from top to bottom in one empty folder. A block `toml NAME` is written to the file of that name; of
a `console` block the lines that begin with `poc` are run; a `python` block is executed, all blocks of a page in one
namespace. A `text` block right after either shows what the last command, or the Python block, printed (stdout, then
stderr); a line `…` in it stands for any lines. The folder is shown as `/home/me`, HOTSPOT in a command stands for the
first hotspot of the run that the command names.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GENERATED = {"cli-reference.md", "data-dictionary.md", "functions.md", "models.md", "profiles.md"}
HOME, ELLIPSIS = "/home/me", "…"
_BLOCK = re.compile(
    r"^```(console|python|toml [\w.-]+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block to run, the output shown right after it (None = nothing is shown), and where that stands in the text."""

    language: str
    text: str
    shown: str | None
    span: tuple[int, int]


def pages() -> list[Path]:
    """README and every page under docs/ that people write and that has something to run."""
    written = [path for path in sorted(ROOT.glob("docs/**/*.md")) if path.name not in GENERATED]
    return [path for path in [ROOT / "README.md", *written] if blocks(path.read_text("utf-8"))]


def blocks(text: str) -> list[Block]:
    """The blocks of a page in their order.

    >>> blocks("```console\\npoc demo\\n```\\n\\n```text\\nfine\\n```\\n")[0].shown
    'fine\\n'
    """
    return [Block(m[1], m[2], m[3], m.span(3)) for m in _BLOCK.finditer(text)]


def outputs(text: str, folder: Path) -> Iterator[tuple[Block, str]]:
    """Run the blocks of a page in a folder; each with what it printed. Raises RuntimeError for a command that fails."""
    namespace: dict[str, Any] = {"__name__": "page"}
    for block in blocks(text):
        if block.language.startswith("toml "):
            (folder / block.language.removeprefix("toml ")).write_text(block.text, "utf-8")
            continue
        printed = _run_python(block.text, namespace) if block.language == "python" else _run_console(block.text)
        yield block, _readable(printed, folder)


def agrees(shown: str, printed: str) -> bool:
    """Whether what is shown is what was printed, a line of `…` standing for any lines.

    >>> agrees("a\\n…\\nd\\n", "a\\nb\\nc\\nd"), agrees("a\\n", "a\\nb")
    (True, False)
    """
    parts = [re.escape(part.strip("\n")) for part in re.split(rf"^{ELLIPSIS}$", shown.rstrip(), flags=re.MULTILINE)]
    return re.fullmatch("(?s:.*)".join(parts), printed.rstrip("\n")) is not None


def _run_console(text: str) -> str:
    printed = ""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == "poc":
            printed = poc(*(_first_hotspot(words) if word == "HOTSPOT" else word for word in words[1:]))
    return printed


def _first_hotspot(words: list[str]) -> str:
    import pyarrow.parquet as pq

    folder = next(word for word in words if (Path(word) / "hotspots.parquet").exists())
    return str(pq.read_table(Path(folder) / "hotspots.parquet", columns=["hotspot"])["hotspot"][0].as_py())


def poc(*words: str) -> str:
    """What a command prints on stdout and then on stderr. Raises RuntimeError when its exit status is not 0."""
    from cli.main import status_of

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = status_of(list(words))
    if status:  # a page shows what works
        raise RuntimeError(f"poc {shlex.join(words)} ended with {status}: {err.getvalue()}")
    return out.getvalue() + err.getvalue()


def _run_python(text: str, namespace: dict[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "page", "exec"), namespace)
    return out.getvalue()


def _readable(printed: str, folder: Path) -> str:
    for path in (folder, folder.resolve()):
        printed = printed.replace(path.as_uri(), f"file://{HOME}").replace(str(path), HOME)
    return re.sub(r"[ \t]+$", "", printed, flags=re.MULTILINE)


@contextlib.contextmanager
def empty_folder(folder: Path) -> Iterator[Path]:
    """Stand in a folder, with the table width and plainness that the pages show."""
    before, width = Path.cwd(), {"COLUMNS": "100", "NO_COLOR": "1"}
    kept = {name: os.environ.get(name) for name in width}
    os.chdir(folder)
    os.environ.update(width)
    try:
        yield folder
    finally:
        os.chdir(before)
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def rewrite(path: Path) -> int:
    """Run a page and put what was printed where it shows something else; the number of outputs exchanged."""
    text, exchanged = path.read_text("utf-8"), 0
    new = text
    with tempfile.TemporaryDirectory() as scratch, empty_folder(Path(scratch)) as folder:
        for block, printed in outputs(text, folder):
            if block.shown is not None and not agrees(block.shown, printed):
                printed = _shortened(block.shown, printed)
                begin, end = (place + len(new) - len(text) for place in block.span)
                new, exchanged = new[:begin] + printed.rstrip() + "\n" + new[end:], exchanged + 1
    path.write_text(new, "utf-8")
    return exchanged


def _shortened(shown: str, printed: str) -> str:
    """As many lines at the start and at the end as were shown around the first `…`."""
    before, lines = shown.rstrip().splitlines(), printed.rstrip().splitlines()
    if ELLIPSIS not in before:
        return printed
    first = before.index(ELLIPSIS)
    last = len(before) - first - 1
    return "\n".join([*lines[:first], ELLIPSIS, *lines[len(lines) - last :]])


if __name__ == "__main__":
    for name in sys.argv[1:] or map(str, pages()):
        print(f"{name}: {rewrite(Path(name).absolute())} outputs written anew")
