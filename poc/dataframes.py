"""Arrow tables as pandas and polars frames, which are extras; units travel along."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from poc.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


def pandas_from(table: pa.Table) -> Any:
    """A pandas DataFrame whose `attrs["units"]` gives the unit of each column that has one.

    Raises DataError, with what to install, where pandas is not there.

    >>> import pyarrow as pa
    >>> pandas_from(pa.table({"n": [1, 2]}))["n"].sum().item()
    3
    """
    _library("pandas")
    frame = table.to_pandas()
    frame.attrs["units"] = units_of(table)
    return frame


def polars_from(table: pa.Table) -> Any:
    """A polars DataFrame; DataError, with what to install, where polars is not there.

    >>> import pyarrow as pa
    >>> polars_from(pa.table({"n": [1, 2]}))["n"].sum()
    3
    """
    return _library("polars").from_arrow(table)


def units_of(table: pa.Table) -> dict[str, str]:
    """The unit of each column that has one, as its field says.

    >>> import pyarrow as pa
    >>> units_of(pa.table({"n": [1]}))
    {}
    """
    units = {field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in table.schema}
    return {name: unit for name, unit in units.items() if unit}


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise DataError(
            f"a {name} frame was asked for and {name} is not installed: pip install {name}, or take the Arrow table."
        ) from error
