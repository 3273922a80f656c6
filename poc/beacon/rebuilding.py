"""What each reported beacon should have been: the payload rebuilt from the entropies that it names.

Source: oracles-iot `poc.rs` `verify_beacon_payload`, `spec/helium-iot.md` §6 row 5. Free of any truth: reports and the
public archive of entropies are all that is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from poc.beacon.entropy import bytes_of
from poc.beacon.payload import VERSIONS, digests_and_channel_words
from poc.table import Table

NO_ENTROPY = 0  # a beacon that names no entropy is not rebuilt


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Whether each beacon could be rebuilt, and then the digest of its payload and the word that picks the channel.

    `known` is False where the report names no entropy or one that the archive lacks: nothing can be said of it.
    A version that is refused gives digest 0, which is that of no payload anybody can find.
    """

    known: npt.NDArray[np.bool_]
    payload: npt.NDArray[np.uint64]
    channel_word: npt.NDArray[np.uint16]


def rebuild(entropy: npt.NDArray[np.uint64], local_entropy: npt.NDArray[np.uint32], entropies: Table) -> Rebuilt:
    """Rebuild the payloads of beacons (n) from the id of their remote and the value of their local entropy.

    >>> from poc.beacon.entropy import entropies
    >>> archive = entropies([bytes(32)], [0], [0])
    >>> rebuilt = rebuild(archive["entropy"][[0, 0]], np.array([0, 1], np.uint32), archive)
    >>> (rebuilt.channel_word % 8).tolist()[0], bool(rebuilt.payload[0] == rebuilt.payload[1])
    (5, False)
    """
    row = entropies.rows_of(entropy)
    known = (row >= 0) & (entropy != NO_ENTROPY)
    payload, channel_word = np.zeros(len(entropy), np.uint64), np.zeros(len(entropy), np.uint16)
    accepted = known & np.isin(np.append(entropies["version"], 0)[row], VERSIONS)
    rows = row[accepted]
    payload[accepted], channel_word[accepted] = digests_and_channel_words(
        bytes_of(entropies), entropies["start_s"], rows, local_entropy[accepted]
    )
    return Rebuilt(known, payload, channel_word)
