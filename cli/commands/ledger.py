"""`poc ledger write|verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, RunFolder

group = typer.Typer(help="The ledger of a run: Merkle roots of verdicts and rewards, chained.", no_args_is_help=True)


@group.command("write")
def write(folder: RunFolder, debug: Debug = False) -> None:
    """Write ledger.jsonl into a run folder and print the last root.

    Example: poc ledger write runs/01-first-run-1
    """
    from poc.ledger.ledger import write_ledger

    print(write_ledger(folder))


@group.command("verify")
def verify(
    folder: RunFolder,
    root: Annotated[
        str | None, typer.Option("--root", help="Last root known from elsewhere.", show_default=False)
    ] = None,
    output: FormatOption = Format.auto,
    debug: Debug = False,
) -> None:
    """Check every byte of a run against its ledger; what was altered is listed, with exit status 1.

    Example: poc ledger verify runs/01-first-run-1
    """
    from cli.output import say, show
    from poc.ledger.verify import verify_ledger

    last, findings = verify_ledger(folder, root)
    if findings:
        show([{"where": finding.where, "what": finding.what} for finding in findings], output, "altered")
        say(f"{len(findings)} findings: this is not the run that the ledger was written for.")
        raise typer.Exit(1)
    say("every byte is as it was written.")
    print(last)
