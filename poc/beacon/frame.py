"""A beacon on the air: a LoRaWAN proprietary frame of one header byte and the payload, without MIC.

Source: helium/gateway-rs `lorawan/src/lib.rs`, `src/gateway.rs`, `src/beaconer.rs`, `spec/helium-iot.md` §2.3, §2.5;
LoRaWAN 1.0.4 §4.2.1 (MHDR: message type 7, reserved bits, major version).
"""

from __future__ import annotations

from poc.beacon.payload import PAYLOAD_BYTES

PROPRIETARY_MHDR = 0xE0
FRAME_BYTES = 1 + PAYLOAD_BYTES


def frame_of(payload: bytes) -> bytes:
    """The frame that carries a payload.

    >>> frame_of(bytes(51)).hex()[:6], len(frame_of(bytes(51)))
    ('e00000', 52)
    """
    return bytes([PROPRIETARY_MHDR]) + payload


def payload_of(frame: bytes) -> bytes | None:
    """The payload of a frame that a hotspot takes for a beacon: proprietary, and of exactly 52 bytes. Else None.

    >>> payload_of(frame_of(bytes(51))) == bytes(51), payload_of(b"\\xe0" + bytes(20)), payload_of(bytes(52))
    (True, None, None)
    """
    if len(frame) != FRAME_BYTES or frame[0] >> 5 != PROPRIETARY_MHDR >> 5:
        return None
    return frame[1:]
