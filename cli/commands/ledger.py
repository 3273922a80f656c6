"""`poc ledger write|verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, Quiet, RunFolder

group = typer.Typer(help="The ledger of a run: Merkle roots of verdicts and rewards, chained.", no_args_is_help=True)


@group.command("write")
def write(folder: RunFolder, output: FormatOption = Format.auto, quiet: Quiet = False, debug: Debug = False) -> None:
    """Write ledger.jsonl into a run folder and print the last root.

    Example: poc ledger write runs/01-first-run-1
    """
    from poc.ledger.ledger import write_ledger

    _show_root(write_ledger(folder), output)


@group.command("verify")
def verify(
    folder: RunFolder,
    root: Annotated[
        str | None, typer.Option("--root", help="Last root known from elsewhere.", show_default=False)
    ] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Check every byte of a run against its ledger; what was altered is listed, with exit status 1.

    Example: poc ledger verify runs/01-first-run-1
    """
    from cli.output import complain, say, show
    from poc.ledger.verify import verify_ledger

    last, findings = verify_ledger(folder, root)
    if findings:
        show([{"where": finding.where, "what": finding.what} for finding in findings], output, "altered")
        complain(f"{len(findings)} findings: this is not the run that the ledger was written for.")
        raise typer.Exit(1)
    say("every byte is as it was written.")
    _show_root(last, output)


def _show_root(root: str, output: Format) -> None:
    """The last root alone on a line, or as a row for programs."""
    from cli.output import show

    if output in (Format.auto, Format.table):
        print(root)
    else:
        show([{"root": root}], output)
