"""`poc explain DIR HOTSPOT`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, Quiet, RunFolder


def explain(
    folder: RunFolder,
    hotspot: Annotated[int, typer.Argument(help="Id of the hotspot, as in the tables.")],
    epoch: Annotated[int | None, typer.Option("--epoch", help="One epoch instead of the whole run.")] = None,
    settle: Annotated[
        bool, typer.Option("--settle", help="What would decide it: next beacons, powers and drive-test points.")
    ] = False,
    output: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Why a hotspot earned, failed or is suspected: reasons with both sides of each inequality.

    Example: poc explain runs/01-first-run-1 1234567890
    """
    import shutil

    from cli.output import show
    from poc.explain import explain as explain_hotspot
    from poc.store import load_run

    if settle:
        from cli.output import say
        from poc.settling import settle_run

        actions = settle_run(load_run(folder), hotspot)
        if not actions:
            say("the best place found is the asserted one: there is nothing to settle.")
        show(actions, output, f"what would settle hotspot {hotspot}, best first")
        return
    explanation = explain_hotspot(load_run(folder), hotspot, epoch)
    if output in (Format.table, Format.auto):
        print(explanation.text(min(shutil.get_terminal_size((100, 24)).columns, 120)))
    else:
        show(explanation.rows(), output)
