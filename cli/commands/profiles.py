"""`poc profiles list|show|compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import completion
from cli.options import Debug, Format, FormatOption, Quiet

group = typer.Typer(help="The protocol profiles.", no_args_is_help=True)


@group.command("list")
def list_profiles(output: FormatOption = Format.auto, quiet: Quiet = False, debug: Debug = False) -> None:
    """List the profiles with their dates.

    Example: poc profiles list
    """
    from cli.output import show
    from poc.catalogue import profile_rows

    show(profile_rows(), output, "profiles")


@group.command("show")
def show_profile(
    name: Annotated[str, typer.Argument(help="Name of a profile.", autocompletion=completion.profiles)],
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """The rules of one profile: checks in order, limits, rewards, sources.

    Example: poc profiles show helium-iot
    """
    from cli.output import show
    from poc.catalogue import profile_rules

    show(profile_rules(name), output, name)


@group.command("compare")
def compare_profiles(
    first: Annotated[str, typer.Argument(help="Name of a profile.", show_default=False)],
    second: Annotated[str, typer.Argument(help="Name of another.", show_default=False)],
    everything: Annotated[bool, typer.Option("--all", help="Also the rules that are the same in both.")] = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """The rules of two profiles side by side, with their sources; those that differ, or with --all every one.

    Examples: poc profiles compare helium-iot helium-iot-2023-06;
    poc profiles compare helium-iot hip-136 --all --format csv
    """
    from cli.output import say, show
    from poc.catalogue import profiles_compared

    rows = profiles_compared(first, second)
    shown = [row for row in rows if everything or not row["same"]]
    show(shown, output, f"{first} and {second}")
    say(f"{len(rows):,} rules, {sum(row['same'] for row in rows):,} of them the same.")
