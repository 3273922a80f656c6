"""Signatures in other people's reports: checked where the key is known and ed25519, counted, turned away if so wished.

Helium's verifier never looked at them: ingest had refused bad ones, by session keys that archived reports do not name.
So by default a bad signature is counted and said, and the report judged all the same.
Source: `spec/helium-iot.md` §2.6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from poc.interop.rows import Rejected
from poc.ledger.address import ED25519_TAG
from poc.ledger.keys import is_signed

#: What to do with a signature that does not fit.
COUNT, REJECT, IGNORE = "count", "reject", "ignore"
MODES = (COUNT, REJECT, IGNORE)
CAUSE = "invalid signature"
#: When only counting, so many are all checked and of the others every so-many-th.
ALL_OF, EVERY = 10_000, 100


@dataclass(slots=True)
class SignatureCheck:
    """Counts what became of signatures, by kind of report together. `keys` are those told for names without an address.

    >>> check = SignatureCheck()
    >>> check.ask(b"", b"", lambda: b"")
    >>> check.found["unsigned"]
    1
    """

    mode: str = COUNT
    keys: Mapping[str, bytes] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)
    n_checkable: int = 0

    @property
    def asks(self) -> bool:
        return self.mode != IGNORE

    def ask(self, key: bytes, signature: bytes, message: Callable[[], bytes | None]) -> None:
        """Check one report; Rejected where bad ones are turned away. `message` gives the bytes that were signed, None
        where they cannot be put together.
        """
        self.found[outcome := self._outcome(key, signature, message)] += 1
        if outcome == "bad" and self.mode == REJECT:
            raise Rejected(CAUSE)

    def _outcome(self, key: bytes, signature: bytes, message: Callable[[], bytes | None]) -> str:
        if not signature:
            return "unsigned"
        if not key:
            return "of an unknown key"
        if key[0] != ED25519_TAG:
            return "of another kind of key"
        if find_spec("nacl") is None:
            return "without PyNaCl"
        self.n_checkable += 1
        if self.mode == COUNT and self.n_checkable > ALL_OF and self.n_checkable % EVERY:
            return "not sampled"
        signed = message()
        if signed is None:
            return "incomplete"
        return "good" if is_signed(key, signed, signature) else "bad"

    def notes(self) -> list[str]:
        """What the reader of the verdicts must know."""
        if not self.asks:
            return ["skipped: signatures: --signatures ignore."]
        carried = {name: n for name, n in sorted(self.found.items()) if name != "unsigned"}
        if not carried:
            return ["skipped: signatures: no report carries one."]
        said = ", ".join(f"{n:,} {name}" for name, n in carried.items())
        notes = [f"signatures: {said}; {self.found['unsigned']:,} reports carry none."]
        if self.found["bad"]:
            notes.append(
                "bad signatures: those reports were turned away."
                if self.mode == REJECT
                else "bad signatures: those reports are judged all the same, as by Helium's verifier, which left them "
                "to ingest; --signatures reject turns them away."
            )
        return notes
