"""Execute the notebooks of this folder and keep what they print and draw.

python docs/notebooks/execute.py            all of them, in place
python docs/notebooks/execute.py NAME …     some of them

Each runs in an empty folder of its own. Output that depends on the machine (times, paths) has no place in them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
SECONDS_A_CELL = 300


def executed(path: Path) -> Any:
    """The notebook after a run from top to bottom. Raises nbclient's CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=SECONDS_A_CELL, resources={"metadata": {"path": folder}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it was run
    return notebook


if __name__ == "__main__":
    for path in [HERE / name for name in sys.argv[1:]] or sorted(HERE.glob("*.ipynb")):
        nbformat.write(executed(path), path)
        print(path.name)
