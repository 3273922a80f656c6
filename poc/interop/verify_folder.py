"""A verification from files to a folder: read, judge, pay, write; the folder is complete or absent."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from importlib import metadata
from pathlib import Path
from typing import Any

from poc.errors import ScenarioError
from poc.interop.signature_check import COUNT
from poc.interop.verdict_files import Money, load_state, save_state, write_verified
from poc.interop.verify import Files, verify
from poc.profiles.profile import Profile
from poc.store import new_folder, write_json


def verify_to_folder(
    files: Files,
    profile: Profile,
    out: Path,
    *,
    state: Path | None = None,
    emission_bones: int | None = None,
    price: str | None = None,
    data: Path | None = None,
    signatures: str = COUNT,
    force: bool = False,
) -> dict[str, Any]:
    """Judge the files into the folder `out` and give the summary that is written there.

    `state` is a folder with the validator's memory, read before and written after; `emission_bones` is paid out each
    day, with `price` [USD a token] and `data` for data transfer; `signatures` as in `verify`. PocError for arguments
    that cannot be used.
    """
    money = _money(emission_bones, price, data)
    with new_folder(out, force) as folder:
        verified = verify(files, profile, load_state(state) if state else None, signatures)
        summary = write_verified(folder, verified, money)
        given = {name: path for name, path in asdict(files).items() if path is not None}
        write_json(
            folder / "manifest.json",
            {
                "kind": "verification",
                "profile": {"name": profile.name, "differences": dict(profile.differences)},
                "inputs": {name: {"file": str(path), "sha256": _sha256(path)} for name, path in given.items()},
                "versions": {"poc-emulator": metadata.version("poc-emulator")},
            },
        )
    if state:
        save_state(state, verified.judgement.state)
    return summary


def _money(emission_bones: int | None, price: str | None, data: Path | None) -> Money | None:
    if emission_bones is None:
        if price is not None or data is not None:
            raise ScenarioError("--price and --data pay nothing without an emission; add --emission-bones.")
        return None
    try:
        usd = None if price is None else Decimal(price)
    except InvalidOperation:
        usd = Decimal("NaN")
    if usd is not None and not (usd.is_finite() and usd > 0):
        raise ScenarioError(f"the price is '{price}', expected USD for one token such as 3.59; correct --price.")
    return Money(emission_bones, usd, data)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
