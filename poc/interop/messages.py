"""Helium's messages as field tables: number → (name, kind). Only what the emulator reads or writes.

Source of numbers and kinds: helium/proto at 3dbaedf (2025-12-11), `src/service/poc_lora.proto`, `src/entropy.proto`,
`src/reward_manifest.proto`, `src/decimal.proto`, `src/data_rate.proto`. A kind is a protobuf scalar or the name of
another message; `*` in front means repeated. Fields of other numbers are skipped.
"""

from __future__ import annotations

from collections.abc import Mapping

Field = tuple[str, str]
Fields = Mapping[int, Field]

SCALARS = ("uint64", "uint32", "int32", "sint32", "enum", "bytes", "string")

_WITNESS_REPORT = "lora_witness_report_req_v1"
_BEACON_REPORT = "lora_beacon_report_req_v1"

MESSAGES: dict[str, Fields] = {
    _BEACON_REPORT: {
        2: ("pub_key", "bytes"),
        3: ("local_entropy", "bytes"),
        4: ("remote_entropy", "bytes"),
        5: ("data", "bytes"),
        6: ("frequency", "uint64"),  # Hz
        7: ("channel", "int32"),
        8: ("datarate", "enum"),
        9: ("tx_power", "int32"),  # whole dBm, whatever the comment upstream says
        10: ("timestamp", "uint64"),  # ns, hotspot clock
        11: ("signature", "bytes"),
        12: ("tmst", "uint32"),
    },
    _WITNESS_REPORT: {
        2: ("pub_key", "bytes"),
        3: ("data", "bytes"),
        4: ("timestamp", "uint64"),  # ns, hotspot clock
        5: ("tmst", "uint32"),
        6: ("signal", "sint32"),  # dBm × 10
        7: ("snr", "int32"),  # dB × 10
        8: ("frequency", "uint64"),
        10: ("datarate", "enum"),
        11: ("signature", "bytes"),
    },
    "lora_beacon_ingest_report_v1": {1: ("received_timestamp", "uint64"), 2: ("report", _BEACON_REPORT)},  # ms
    "lora_witness_ingest_report_v1": {1: ("received_timestamp", "uint64"), 2: ("report", _WITNESS_REPORT)},
    "lora_valid_beacon_report_v1": {
        1: ("received_timestamp", "uint64"),
        2: ("location", "string"),  # decimal number of the cell
        3: ("hex_scale", "uint32"),  # × 10,000
        4: ("report", _BEACON_REPORT),
        5: ("reward_unit", "uint32"),  # × 10,000
        6: ("gain", "int32"),  # dBi × 10
        7: ("elevation", "int32"),  # m
    },
    "invalid_details": {1: ("denylist_tag", "string")},
    "lora_invalid_beacon_report_v1": {
        1: ("received_timestamp", "uint64"),
        2: ("reason", "enum"),
        3: ("report", _BEACON_REPORT),
        4: ("location", "string"),
        5: ("gain", "int32"),
        6: ("elevation", "int32"),
        7: ("invalid_details", "invalid_details"),
    },
    "lora_invalid_witness_report_v1": {
        1: ("received_timestamp", "uint64"),
        2: ("reason", "enum"),
        3: ("report", _WITNESS_REPORT),
        4: ("participant_side", "enum"),
        5: ("invalid_details", "invalid_details"),
    },
    "lora_verified_witness_report_v1": {
        1: ("received_timestamp", "uint64"),
        2: ("status", "enum"),  # 0 valid, 1 invalid
        3: ("report", _WITNESS_REPORT),
        4: ("location", "string"),
        5: ("hex_scale", "uint32"),
        6: ("reward_unit", "uint32"),
        7: ("invalid_reason", "enum"),
        8: ("participant_side", "enum"),
        9: ("gain", "int32"),
        10: ("elevation", "int32"),
        11: ("invalid_details", "invalid_details"),
    },
    "lora_poc_v1": {
        1: ("poc_id", "bytes"),
        2: ("beacon_report", "lora_valid_beacon_report_v1"),
        3: ("selected_witnesses", "*lora_verified_witness_report_v1"),
        4: ("unselected_witnesses", "*lora_verified_witness_report_v1"),
    },
    "entropy_report_v1": {1: ("data", "bytes"), 2: ("timestamp", "uint64"), 3: ("version", "uint32")},  # s
    "gateway_reward": {
        1: ("hotspot_key", "bytes"),
        2: ("beacon_amount", "uint64"),  # bones
        3: ("witness_amount", "uint64"),
        4: ("dc_transfer_amount", "uint64"),
    },
    "operational_reward": {1: ("amount", "uint64")},
    "unallocated_reward": {1: ("reward_type", "enum"), 2: ("amount", "uint64")},  # 0 poc, 1 operation, 2 oracle, 3 data
    "iot_reward_share": {
        1: ("start_period", "uint64"),  # s
        2: ("end_period", "uint64"),
        3: ("gateway_reward", "gateway_reward"),
        4: ("operational_reward", "operational_reward"),
        5: ("unallocated_reward", "unallocated_reward"),
    },
    "decimal": {1: ("value", "string")},
    "iot_reward_data": {
        1: ("poc_bones_per_beacon_reward_share", "decimal"),
        2: ("poc_bones_per_witness_reward_share", "decimal"),
        3: ("dc_bones_per_share", "decimal"),
        4: ("token", "enum"),  # 0 IOT, 1 HNT
    },
    "reward_manifest": {
        1: ("written_files", "*string"),
        2: ("start_timestamp", "uint64"),  # s
        3: ("end_timestamp", "uint64"),
        5: ("iot_reward_data", "iot_reward_data"),
        6: ("epoch", "uint64"),
        7: ("price", "uint64"),  # HNT at 10^8
    },
}

#: File type (the name's first part) → message. Source: helium/oracles `file_store_oracles/src/file_type.rs`.
FILE_TYPES: dict[str, str] = {
    "iot_beacon_ingest_report": "lora_beacon_ingest_report_v1",
    "iot_witness_ingest_report": "lora_witness_ingest_report_v1",
    "iot_poc": "lora_poc_v1",
    "iot_invalid_beacon": "lora_invalid_beacon_report_v1",
    "iot_invalid_witness": "lora_invalid_witness_report_v1",
    "entropy_report": "entropy_report_v1",
    "iot_network_reward_shares_v1": "iot_reward_share",
    "network_reward_manifest_v1": "reward_manifest",
}

#: Data-rate number → spreading factor at 125 kHz; other bandwidths and modulations have none.
SPREADING_FACTORS: dict[int, int] = {0: 12, 1: 11, 2: 10, 3: 9, 4: 8, 5: 7}
N_DATA_RATES = 25
