"""The explorer: a run as one interactive page that opens from disk."""

from poc.report.explorer.page import write_explorer

__all__ = ["write_explorer"]
