"""Reports and figures as files: written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from poc.errors import StoreError
from poc.report.style import bytes_from

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from poc.store import RunData


FIGURES_PAGE = "figures.html"


def save_report(path: Path, run: RunData, *others: RunData) -> Path:
    """Write the interactive map of a run, others beside it, and next to it `figures.html` that needs no script.

    A ledger in the folder notes pages that it knew otherwise. Raises StoreError when a file cannot be written.
    """
    from poc.ledger.ledger import note_pages
    from poc.report.page import write_report

    _write(path.with_name(FIGURES_PAGE), write_report(run, others, path.name).encode())
    written = save_explorer(path, run, *others)
    note_pages(path.parent)
    return written


def save_explorer(path: Path, run: RunData, *others: RunData) -> Path:
    """Write the interactive map alone; StoreError when the file cannot be written."""
    from poc.report.explorer import write_explorer

    return _write(path, write_explorer(run, others).encode())


def save_figure(path: Path, run: RunData, kind: str) -> Path:
    """Write one figure as PNG or SVG by the ending of `path`.

    Raises DataError for an unknown kind or ending, StoreError when the file cannot be written.
    """
    from poc.report.figures import figure_bytes  # all of them: a drawing of its own needs none

    return _write(path, figure_bytes(kind, run, path.suffix.lstrip(".").lower()))


def save_drawing(path: Path, figure: Figure, dpi: int = 200) -> Path:
    """Write a figure that belongs to no run, as PNG or SVG by the ending of `path`."""
    return _write(path, bytes_from(figure, path.suffix.lstrip(".").lower(), dpi))


def _write(path: Path, content: bytes) -> Path:
    half = path.with_name(f".{path.name}.partial")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise StoreError(f"'{path}' could not be written ({error.strerror}); choose another place.") from error
    return path
