"""Results as a person at a Python prompt or in a notebook meets them: tables in three libraries, figures, words."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poc.dataframes import pandas_from, polars_from
from poc.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from poc.experiments.comparison import Comparison
    from poc.explain import Explanation
    from poc.looking.look import Sight
    from poc.store import RunData


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drawing:
    """A figure that a notebook shows and that `save` writes as PNG or SVG by the ending of the path."""

    kind: str
    figure: Figure

    def save(self, path: str | Path) -> Path:
        """Write the picture; DataError for another ending than .png and .svg, StoreError where it cannot be written."""
        from poc.report.files import save_drawing

        return save_drawing(Path(path), self.figure)

    def __repr__(self) -> str:
        return f"<figure '{self.kind}'>"

    def _repr_png_(self) -> bytes:
        from poc.report.style import png_from

        return png_from(self.figure, dpi=110)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Run:
    """A finished run. `data` is the plain value that the rest of the package works on."""

    data: RunData

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.data.manifest.get("name", "?"))

    @property
    def seed(self) -> int:
        return int(self.data.manifest["seed"])

    @property
    def profile(self) -> str:
        """Name of the protocol profile."""
        return str(self.data.manifest.get("profile", {}).get("name", "?"))

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        return self.data.metrics

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of manifest.json."""
        return self.data.manifest

    @property
    def folder(self) -> Path | None:
        """Where the run lies; None for one in memory."""
        return self.data.folder

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that this run kept; their columns are in docs/data-dictionary.md."""
        return tuple(sorted(self.data.tables))

    def arrow(self, name: str, epoch: int | None = None) -> pa.Table:
        """A table as Arrow, all epochs or one; each field carries its unit and meaning. DataError for another name."""
        if name not in self.data.tables:
            raise DataError(f"the run holds no table '{name}'; {did_you_mean(name, self.tables)}")
        table = self.data.tables[name]
        if epoch is None or "epoch" not in table.column_names:
            return table
        import pyarrow.compute as pc

        return table.filter(pc.equal(table.column("epoch"), epoch))

    def pandas(self, name: str, epoch: int | None = None) -> Any:
        """The same as a pandas DataFrame, units in `attrs["units"]`; pandas is an extra."""
        return pandas_from(self.arrow(name, epoch))

    def polars(self, name: str, epoch: int | None = None) -> Any:
        """The same as a polars DataFrame; polars is an extra."""
        return polars_from(self.arrow(name, epoch))

    def key_figures(self) -> dict[str, Any]:
        """The main numbers by name, as `poc run` prints them: shares from 0 to 1, pay in whole bones."""
        return {row["figure"]: row[self.profile] for row in self._rows(readable=False)}

    def headline(self) -> list[str]:
        """The result in up to three sentences, worst news first."""
        from poc.report.headline import headline

        return headline(self.data)

    def figure(self, kind: str) -> Drawing:
        """One of the figures that `poc plot` draws. DataError, with what is near, for another name."""
        from poc.report.figures import FIGURES

        if kind not in FIGURES:
            raise DataError(f"there is no figure '{kind}'; {did_you_mean(kind, FIGURES)}")
        return Drawing(kind, FIGURES[kind](self.data))

    def explain(self, hotspot: int, epoch: int | None = None) -> Explanation:
        """Why a hotspot earned, failed or is suspected; `print(run.explain(h).text())`."""
        from poc.explain import explain

        return explain(self.data, hotspot, epoch)

    def save_report(self, path: str | Path, *others: Run) -> Path:
        """Write the interactive map of the run, other runs of its world beside it, and `figures.html` next to it."""
        from poc.report.files import save_report

        return save_report(Path(path), self.data, *(other.data for other in others))

    def save_explorer(self, path: str | Path, *others: Run) -> Path:
        """Write the interactive map alone."""
        from poc.report.files import save_explorer

        return save_explorer(Path(path), self.data, *(other.data for other in others))

    def __repr__(self) -> str:
        n_hotspots, n_epochs = self.metrics.get("n_hotspots") or 0, int(self.manifest.get("n_epochs", 0))
        epochs = "1 epoch" if n_epochs == 1 else f"{n_epochs} epochs"
        return f"<run '{self.name}', seed {self.seed}, {self.profile}: {n_hotspots:,} hotspots, {epochs}>"

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table

        table = Table("figure", self.profile, title=f"{self.name}, seed {self.seed}", title_justify="left")
        for row in self._rows(readable=True):
            table.add_row(*map(str, row.values()))
        return Group(table, *self.headline())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(str(figure))}</td><td>{escape(str(value))}</td></tr>"
            for figure, value in (row.values() for row in self._rows(readable=True))
        )
        sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.headline())
        head = f"<tr><th style='text-align:left'>{escape(self.name)}, seed {self.seed}</th>"
        return (
            f"{sentences}<table><thead>{head}<th>{escape(self.profile)}</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def _rows(self, readable: bool) -> list[dict[str, Any]]:
        from poc.report.key_figures import key_figures

        return key_figures([self.data], readable)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compared:
    """Several profiles in the same worlds; `data` holds pay by kind of site and network figures, paired by world."""

    data: Comparison

    @property
    def profiles(self) -> tuple[str, ...]:
        """The yardstick first."""
        return self.data.profiles

    def arrow(self) -> pa.Table:
        """Before, after and paired difference [low, high] of each figure, one row for each figure and profile."""
        from poc.experiments.sweep import table_of

        numbers = ["before", "after", "difference", "low", "high", "winners_share", "losers_share"]
        return table_of(self.data.summary(), numbers)

    def pandas(self) -> Any:
        """The same as a pandas DataFrame."""
        return pandas_from(self.arrow())

    def polars(self) -> Any:
        """The same as a polars DataFrame."""
        return polars_from(self.arrow())

    def card(self) -> str:
        """One page of Markdown to paste into a proposal."""
        from poc.experiments.compare_card import card

        return card(self.data)

    def headline(self) -> list[str]:
        """What a reader should know first about each profile but the yardstick."""
        from poc.experiments.compare_card import headline

        return [line for profile in self.profiles[1:] for line in headline(self.data, profile)]

    def __repr__(self) -> str:
        others, n_worlds = ", ".join(self.profiles[1:]), len(self.data.seeds)
        worlds = "1 world" if n_worlds == 1 else f"{n_worlds} worlds"
        return f"<comparison '{self.data.base.name}': {others} against {self.profiles[0]}, {worlds}>"

    def __rich__(self) -> RenderableType:
        from rich.markdown import Markdown

        return Markdown(self.card())

    def _repr_markdown_(self) -> str:
        return self.card()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Looked:
    """What `poc look` sees in a file; `data` is the plain value."""

    data: Sight

    @property
    def said(self) -> tuple[str, ...]:
        """What was guessed about the columns and what was left out, in sentences."""
        return self.data.said

    def arrow(self) -> pa.Table:
        """One row for each hotspot with its density scales, the most crowded first."""
        return self.data.table()

    def pandas(self) -> Any:
        """The same as a pandas DataFrame."""
        return pandas_from(self.arrow())

    def polars(self) -> Any:
        """The same as a polars DataFrame."""
        return polars_from(self.arrow())

    def headline(self) -> list[str]:
        """What there is to see, in a few sentences."""
        return self.data.headline()

    def figure(self) -> Drawing:
        """The map in the colours of the density scale, and how the scales are spread."""
        from poc.report.look_figure import look_figure

        return Drawing("look", look_figure(self.data))

    def __repr__(self) -> str:
        return f"<{len(self.data.places):,} hotspots of '{self.data.path.name}'>"

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(sentence)}</p>" for sentence in self.headline())
