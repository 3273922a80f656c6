"""Foreign ids are any text; inside they are 64-bit numbers, by hash, and the text is kept.

The same text has the same number in every file and every session, so the validator's memory can be carried on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import blake3

from poc.interop.rows import Rejected


@dataclass(slots=True)
class Names:
    """Numbers by text, and texts by number.

    >>> names = Names()
    >>> names.text_of[names.id_of("attic 7")]
    'attic 7'
    """

    text_of: dict[int, str] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)

    def id_of(self, text: str) -> int:
        """The number of a text; Rejected in the unheard-of case that another text has it already."""
        number = self._ids.get(text)
        if number is None:
            number = int.from_bytes(blake3.blake3(text.encode("utf-8", "surrogatepass")).digest(length=8), "little")
            if self.text_of.setdefault(number, text) != text:
                raise Rejected("id collision")
            self._ids[text] = number
        return number
