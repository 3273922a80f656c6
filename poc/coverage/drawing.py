"""A process of its own for pictures: it loads what draws while levels are computed, draws while rasters are written.

Loading matplotlib takes as long as sweeping a whole raster, and holds the interpreter while it does.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any

_FIGURES = "poc.coverage.figures"


class DrawingProcess:
    """Draws beside the process that asks; leaving the context waits until all is drawn.

    >>> with DrawingProcess() as process:
    ...     process.draw("draw_nothing_of_the_kind").exception().args
    ("module 'poc.coverage.figures' has no attribute 'draw_nothing_of_the_kind'",)
    """

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_prepare)
        self._pool.submit(abs, 0)  # the process starts with its first task

    def draw(self, drawing: str, *what: Any) -> Future[Path]:
        """Begin a drawing of `poc.coverage.figures`, by its name, of what it takes; the result is its path."""
        return self._pool.submit(_draw, drawing, what)

    def __enter__(self) -> DrawingProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)


def _prepare() -> None:
    """Load what draws. Ctrl-C reaches the whole terminal group; the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import_module(_FIGURES)


def _draw(drawing: str, what: tuple[Any, ...]) -> Path:
    function: Callable[..., Path] = getattr(import_module(_FIGURES), drawing)
    return function(*what)
