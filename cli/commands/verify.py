"""`poc verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import BeaconsFile, Debug, Force, Format, FormatOption, HotspotsFile, OutFolder, Quiet, WitnessesFile


def verify(
    hotspots: HotspotsFile,
    beacons: BeaconsFile,
    witnesses: WitnessesFile,
    out: OutFolder,
    denylist: Annotated[
        Path | None, typer.Option("--denylist", help="Denied hotspots and edges; an empty file denies everybody.")
    ] = None,
    entropy: Annotated[
        Path | None, typer.Option("--entropy", help="Remote entropies with their timestamps: table or oracle file.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", help="Folder with the validator's memory, read before and written after.")
    ] = None,
    profile: Annotated[str, typer.Option("--profile", help="Protocol profile.")] = "helium-iot",
    emission_bones: Annotated[
        int | None, typer.Option("--emission-bones", min=0, help="Emission of each day in bones, to be paid out.")
    ] = None,
    price: Annotated[str | None, typer.Option("--price", help="Price of a token [USD], for data transfer.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Data transfer: table with hotspot, epoch, data_credits.")
    ] = None,
    signatures: Annotated[
        str, typer.Option("--signatures", help="Of bad ed25519 signatures: count, reject or ignore.")
    ] = "count",
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Judge reports from files: a verdict and a reason for each, shares, and a count of every row that was rejected.

    Examples: poc verify --hotspots h.csv --beacons b.csv --witnesses w.csv --out judged;
    poc verify --hotspots h.csv --beacons iot_beacon_ingest_report.1677163710000.gz
    --witnesses iot_witness_ingest_report.1677163710000.gz --entropy entropy_report.1677163710000.gz --out judged
    """
    from cli.output import say, show
    from poc.interop.verify import Files
    from poc.interop.verify_folder import verify_to_folder
    from poc.setup import find_profile

    summary = verify_to_folder(
        Files(hotspots, beacons, witnesses, denylist, entropy), find_profile(profile), out,
        state=state, emission_bones=emission_bones, price=price, data=data, signatures=signatures, force=force,
    )  # fmt: skip
    rows = [
        {"kind": kind, "reason": reason, "n": n}
        for kind, found in summary["verdicts"].items()
        for reason, n in found.items()
    ]
    show(rows, output, f"verdicts of {summary['profile']}")
    for name, counts in summary["counts"].items():
        causes = "".join(f"; {n:,} {cause}" for cause, n in counts["causes"].items())
        say(f"{name}: {counts['received']:,} received, {counts['rejected']:,} rejected{causes}")
    for note in summary["notes"]:
        say(note)
    say(f"tables: {out.absolute().as_uri()}")
