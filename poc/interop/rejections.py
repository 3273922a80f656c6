"""The count of what was read: accepted + rejected = received, and each rejection has a cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Rejections:
    """Counts of one file.

    >>> counts = Rejections()
    >>> counts.receive(3)
    >>> counts.reject("timestamp", 2)
    >>> counts.n_accepted, counts.rows("beacons")[0]
    (1, {'table': 'beacons', 'cause': 'timestamp', 'n': 2})
    """

    n_received: int = 0
    causes: Counter[str] = field(default_factory=Counter)

    def receive(self, n: int = 1) -> None:
        self.n_received += n

    def reject(self, cause: str, n: int = 1) -> None:
        if n:
            self.causes[cause] += n

    def receive_and_reject(self, cause: str) -> None:
        self.receive()
        self.reject(cause)

    @property
    def n_rejected(self) -> int:
        return sum(self.causes.values())

    @property
    def n_accepted(self) -> int:
        return self.n_received - self.n_rejected

    def rows(self, table: str) -> list[dict[str, Any]]:
        """One row for each cause, most frequent first."""
        return [{"table": table, "cause": cause, "n": n} for cause, n in self.causes.most_common()]

    def summary(self) -> dict[str, Any]:
        """The same as plain values for a JSON document."""
        return {
            "received": self.n_received,
            "accepted": self.n_accepted,
            "rejected": self.n_rejected,
            "causes": dict(sorted(self.causes.items())),
        }
