"""`poc profiles list|show`."""

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
