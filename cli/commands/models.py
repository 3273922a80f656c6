"""`poc models list|show`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption

group = typer.Typer(help="The members of every plug-point.", no_args_is_help=True)


@group.command("list")
def list_models(output: FormatOption = Format.auto, debug: Debug = False) -> None:
    """List path-loss models, attacks, detectors and the other members, with their settings.

    Example: poc models list
    """
    from cli.output import show
    from poc.catalogue import rows

    show(rows(), output, "plug-points and their members")


@group.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="Name of a member.")],
    output: FormatOption = Format.auto,
    debug: Debug = False,
) -> None:
    """What one member does, its settings and their defaults, its domain and its source.

    Example: poc models show okumura-hata
    """
    from cli.output import show
    from poc.catalogue import describe

    description = describe(name)
    print(description.text)
    show(description.settings, output, "settings")
