"""`poc oracle FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, Quiet


def oracle(
    file: Annotated[Path, typer.Argument(help="Oracle file, named <type>.<unix ms>.gz.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="JSON Lines file to write all of it to.", show_default=False)
    ] = None,
    most: Annotated[int, typer.Option("--most", min=0, help="Rows to show.")] = 20,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read any Helium oracle file: reports, PoCs, entropies, reward shares, manifests, in the units of the wire.

    Examples: poc oracle iot_poc.1677163710000.gz --most 3;
    poc oracle iot_network_reward_shares_v1.1677163710000.gz --format csv;
    poc oracle iot_invalid_witness.1677163710000.gz --out witnesses.jsonl
    """
    from itertools import islice

    from cli.output import for_people, say, show
    from poc.interop.oracle_files import flat, legible, read_messages, write_lines
    from poc.interop.rejections import Rejections

    counts = Rejections()
    if out:
        n = write_lines(file, out, counts)
        show([{"file": str(out), "rows": n}], output)
    else:
        rows = [legible(message) for message in islice(read_messages(file, counts), most)]
        nested = output is not Format.csv and not for_people(output)
        show(rows if nested else [flat(row) for row in rows], output, file.name)
    causes = "".join(f"; {n:,} {cause}" for cause, n in counts.causes.items())
    say(f"{counts.n_received:,} frames looked at, {counts.n_rejected:,} rejected{causes}")
