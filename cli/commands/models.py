"""`poc models list|show`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import completion
from cli.options import Debug, Format, FormatOption, Quiet

group = typer.Typer(help="The members of every plug-point.", no_args_is_help=True)


@group.command("list")
def list_models(output: FormatOption = Format.auto, quiet: Quiet = False, debug: Debug = False) -> None:
    """List path-loss models, attacks, detectors and the other members, with their settings.

    Example: poc models list
    """
    from cli.output import show
    from poc.catalogue import rows

    show(rows(), output, "plug-points and their members")


@group.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="Name of a member.", autocompletion=completion.models)],
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """What one member does, its settings and their defaults, its source; of a path-loss model also its losses.

    Example: poc models show hata
    """
    from cli.output import for_people, show
    from poc.catalogue import describe
    from poc.loss_by_distance import rows as losses_by_distance
    from poc.loss_by_distance import what_it_is
    from radio_models.model import PATH_LOSS

    description = describe(name)
    if for_people(output):
        print(description.text)
        show(description.settings, output, "settings")
        if name in PATH_LOSS:
            show(losses_by_distance(name), output, what_it_is(name))
    elif output is Format.csv:
        show(description.settings, output)
    else:
        show([{"name": name, "text": description.text, "settings": description.settings}], output)
