"""Every table of a run: columns, dtypes, units and meanings, written here and nowhere else.

Arrow schemas, checks on construction and `docs/data-dictionary.md` come from these values.
The wall of design §3 runs through this list: `TRUTH` is private to `poc.world` and to grading.
"""

from __future__ import annotations

from poc.beacon.entropy import ENTROPIES
from poc.table import Column, Schema

_HOTSPOT = Column("hotspot", "uint64", "", "permanent id of the hotspot")

HOTSPOTS = Schema(
    "hotspots",
    ("hotspot",),
    (
        _HOTSPOT,
        Column("owner", "uint64", "", "id of the owner, as registered"),
        Column("cell", "uint64", "", "asserted H3 cell (res 12 in practice); 0 = never asserted"),
        Column("gain_dbi", "float64", "dBi", "asserted antenna gain, in steps of 0.1"),
        Column("elevation_m", "float64", "m", "asserted height above ground; no rule of Helium looks at it"),
        Column("region", "int16", "", "Helium region number of the asserted cell; 99 = no region"),
        Column("full", "bool", "", "whether the hotspot may take part in proof-of-coverage"),
    ),
    "what each hotspot says about itself; public",
)

TRUTH = Schema(
    "truth",
    ("hotspot",),
    (
        _HOTSPOT,
        Column("latitude_deg", "float64", "deg", "where the radio really is"),
        Column("longitude_deg", "float64", "deg", "where the radio really is"),
        Column("height_m", "float64", "m", "real antenna height above ground"),
        Column("gain_dbi", "float64", "dBi", "real antenna gain less cable and mounting losses"),
        Column("power_dbm", "float64", "dBm", "real conducted power of a beacon"),
        Column("rssi_bias_db", "float64", "dB", "calibration error of the receiver's RSSI"),
        Column("latency_s", "float64", "s", "typical backhaul latency"),
        Column("clock_offset_s", "float64", "s", "hotspot clock minus true time"),
        Column("outage_share", "float64", "", "share of epochs in which the hotspot is down for a while"),
        Column("attack", "text", "", "attack the hotspot belongs to; empty = honest"),
        Column("nuisance", "text", "", "honest trouble: tower, poor-antenna, sloppy-assertion …; empty = none"),
        Column("group", "uint64", "", "colluding group inside the attack; 0 = none"),
    ),
    "what really is; read only by the world and by grading",
)

BEACONS = Schema(
    "beacons",
    ("beacon",),
    (
        Column("beacon", "uint64", "", "id of the beacon report"),
        _HOTSPOT,
        Column("sent_ns", "int64", "ns", "time of transmission by the hotspot's own clock, since 1970"),
        Column("received_ns", "int64", "ns", "arrival of the report at the server, since 1970"),
        Column("payload", "uint64", "", "digest of the 51-byte payload; beacon and witness reports join on it"),
        Column("entropy_start_s", "int64", "s", "timestamp of the remote entropy used"),
        Column("entropy", "uint64", "", "id of the remote entropy used; 0 = the report names none"),
        Column("local_entropy", "uint32", "", "the hotspot's own four random bytes, little-endian"),
        Column("power_dbm", "int16", "dBm", "conducted power as claimed"),
        Column("frequency_hz", "int64", "Hz", "channel used"),
        Column("spreading_factor", "uint8", "", "LoRa spreading factor at 125 kHz; 0 = another data rate"),
    ),
    "beacon reports as the server received them; public",
)

WITNESS_REPORTS = Schema(
    "witness_reports",
    ("report",),
    (
        Column("report", "uint64", "", "id of the witness report"),
        Column("payload", "uint64", "", "digest of the payload heard"),
        _HOTSPOT,
        Column("heard_ns", "int64", "ns", "time of reception by the witness's own clock, since 1970"),
        Column("received_ns", "int64", "ns", "arrival of the report at the server, since 1970"),
        Column("rssi_dbm", "float64", "dBm", "signal as reported"),
        Column("snr_db", "float64", "dB", "signal-to-noise ratio as reported"),
        Column("frequency_hz", "int64", "Hz", "frequency as reported"),
        Column("spreading_factor", "uint8", "", "spreading factor as reported"),
    ),
    "witness reports as the server received them; public",
)

NAMED_BEACONS = Schema(
    "named_beacons",
    ("report",),
    (
        Column("report", "uint64", "", "id of the witness report"),
        Column("beacon", "uint64", "", "id of the beacon report that it is of"),
    ),
    "witness reports whose file names a beacon that their payload alone would not lead to; only in foreign files",
)

POC_IDS = Schema(
    "poc_ids",
    ("beacon",),
    (
        Column("beacon", "uint64", "", "id of the beacon report"),
        *(Column(f"word_{i}", "uint64", "", f"bytes {8 * i} to {8 * i + 7}, little-endian") for i in range(4)),
    ),
    "Helium's ids of beacons, where the file tells payload and key; only in foreign files",
)

SIGNATURES = Schema(
    "signatures",
    ("kind", "report"),
    (
        Column("kind", "text", "", "beacon or witness"),
        Column("report", "uint64", "", "id of the beacon report or witness report"),
        _HOTSPOT,
        *(Column(f"word_{i}", "uint64", "", f"bytes {8 * i} to {8 * i + 7}, little-endian") for i in range(8)),
    ),
    "ed25519 signatures of hotspots over their reports as they go over the wire; a sample where the scenario says so",
)

_SIDE_COLUMNS = (
    Column("beaconer_cell", "uint64", "", "asserted cell of the beaconer"),
    Column("beaconer_gain_dbi", "float64", "dBi", "asserted gain of the beaconer"),
    Column("beaconer_region", "int16", "", "region number of the beaconer"),
)

JOINED_BEACONS = Schema(
    "joined_beacons",
    ("beacon",),
    (
        Column("beacon", "uint64", "", "id of the beacon report"),
        Column("beaconer", "uint64", "", "hotspot that sent it"),
        Column("received_ns", "int64", "ns", "arrival of the beacon report"),
        Column("entropy_start_s", "int64", "s", "timestamp of the remote entropy used"),
        Column("payload", "uint64", "", "digest of the payload"),
        Column("power_dbm", "int16", "dBm", "conducted power as claimed"),
        Column("frequency_hz", "int64", "Hz", "channel used"),
        Column("spreading_factor", "uint8", "", "spreading factor"),
        Column("known", "bool", "", "whether the hotspot is registered"),
        Column("full", "bool", "", "whether the hotspot may take part"),
        Column("n_reports", "int64", "", "witness reports with the same payload, of any quality"),
        Column(
            "first_received_ns", "int64", "ns", "arrival of the earliest of them; the beacon's own where there is none"
        ),
        Column("archived", "bool", "", "whether the remote entropy named is in the archive; true if none is named"),
        Column("rebuilt", "bool", "", "whether the entropies are known, so that the beacon can be rebuilt"),
        Column("rebuilt_payload", "uint64", "", "digest of the payload that the entropies give"),
        Column("rebuilt_channel_word", "uint16", "", "its first two bytes, which pick the channel"),
        *_SIDE_COLUMNS,
    ),
    "beacon reports joined with the beaconer's asserted data, in processing order",
)

RECEPTIONS = Schema(
    "receptions",
    ("report",),
    (
        Column("report", "uint64", "", "id of the witness report"),
        Column("beacon", "uint64", "", "id of the beacon report with the same payload"),
        Column("beaconer", "uint64", "", "hotspot that sent the beacon"),
        Column("witness", "uint64", "", "hotspot that heard it"),
        Column("beacon_received_ns", "int64", "ns", "arrival of the beacon report"),
        Column("first_received_ns", "int64", "ns", "arrival of the earliest witness report, valid or not"),
        Column("received_ns", "int64", "ns", "arrival of this witness report"),
        Column("entropy_start_s", "int64", "s", "timestamp of the beacon's remote entropy"),
        Column("payload", "uint64", "", "digest of the payload heard"),
        Column("beacon_payload", "uint64", "", "digest of the payload sent"),
        Column("power_dbm", "int16", "dBm", "conducted power as claimed by the beaconer"),
        Column("rssi_dbm", "float64", "dBm", "signal as reported"),
        Column("snr_db", "float64", "dB", "signal-to-noise ratio as reported"),
        Column("frequency_hz", "int64", "Hz", "frequency as reported by the witness"),
        Column("beacon_frequency_hz", "int64", "Hz", "frequency as reported by the beaconer"),
        Column("spreading_factor", "uint8", "", "spreading factor of the beacon"),
        *_SIDE_COLUMNS,
        Column("witness_cell", "uint64", "", "asserted cell of the witness"),
        Column("witness_gain_dbi", "float64", "dBi", "asserted gain of the witness"),
        Column("witness_region", "int16", "", "region number of the witness"),
        Column("witness_known", "bool", "", "whether the witness is registered"),
        Column("witness_full", "bool", "", "whether the witness may take part"),
        Column("distance_m", "int64", "m", "great-circle distance of the two asserted cells, rounded; −1 unknown"),
        Column("n_cells", "int64", "", "grid distance of the two res-11 cells; −1 not computable"),
    ),
    "witness reports joined with the beacon and both parties' asserted data",
)

BEACON_VERDICTS = Schema(
    "beacon_verdicts",
    ("beacon",),
    (
        Column("beacon", "uint64", "", "id of the beacon report"),
        _HOTSPOT,
        Column("received_ns", "int64", "ns", "arrival of the beacon report"),
        Column("reason", "uint8", "", "first failing check, by Helium's number; 0 = valid"),
        Column("fired", "uint32", "", "all checks that failed, one bit for each reason number"),
        Column("n_reports", "int32", "", "witness reports attached, of any quality"),
        Column("n_valid", "int32", "", "valid witnesses"),
        Column("n_selected", "int32", "", "selected witnesses"),
        Column("hex_scale_e4", "int64", "1e-4", "density scale of the beaconer's cell"),
        Column("reward_unit_e4", "int64", "1e-4", "reward unit of the beaconer"),
    ),
    "what the validator says about each beacon",
)

WITNESS_VERDICTS = Schema(
    "witness_verdicts",
    ("report",),
    (
        Column("report", "uint64", "", "id of the witness report"),
        Column("beacon", "uint64", "", "id of the beacon"),
        Column("beaconer", "uint64", "", "hotspot that sent the beacon"),
        Column("witness", "uint64", "", "hotspot that heard it"),
        Column("received_ns", "int64", "ns", "arrival of the witness report"),
        Column("reason", "uint8", "", "first failing check, by Helium's number; 0 = valid"),
        Column("side", "uint8", "", "who is to blame: 0 nobody, 2 beaconer, 3 witness"),
        Column("fired", "uint32", "", "all checks that failed, one bit for each reason number"),
        Column("selected", "bool", "", "whether the witness is among the rewarded ones"),
        Column("hex_scale_e4", "int64", "1e-4", "density scale of the beaconer's cell"),
        Column("reward_unit_e4", "int64", "1e-4", "reward unit of each selected witness"),
    ),
    "what the validator says about each witness report",
)

CLAIMS = Schema(
    "claims",
    ("kind", "evidence", "hotspot"),
    (
        Column("kind", "text", "", "evidence kind, for instance beacon_witness"),
        Column("evidence", "uint64", "", "id of the event that proves it"),
        _HOTSPOT,
        Column("role", "text", "", "part played in the event: beaconer, witness …"),
        Column("peer", "uint64", "", "the hotspot at the other end; 0 = none"),
        Column("cell", "uint64", "", "cell whose coverage is witnessed; 0 = none"),
        Column("strength_db", "float64", "dB", "how strong the evidence is: margin over the sensitivity"),
        Column("hex_scale_e4", "int64", "1e-4", "density scale that the protocol attached"),
        Column("reward_unit_e4", "int64", "1e-4", "reward unit that the protocol attached"),
    ),
    "who says to cover which cell, proven by what; all that a reward rule sees",
)

SHARES = Schema(
    "shares",
    ("pool", "hotspot"),
    (
        Column("pool", "text", "", "pool of the emission that the shares divide"),
        _HOTSPOT,
        Column("shares", "int64", "1e-8", "shares as whole numbers"),
    ),
    "claims weighed by the reward rule",
)

REWARDS = Schema(
    "rewards",
    ("epoch", "pool", "hotspot"),
    (
        Column("epoch", "int32", "", "number of the epoch, from 0"),
        Column("pool", "text", "", "pool of the emission"),
        _HOTSPOT,
        Column("shares", "int64", "1e-8", "shares as whole numbers"),
        Column("amount_bones", "int64", "bones", "amount paid, whole bones (1e-8 HNT)"),
    ),
    "what each hotspot is paid from each pool in each epoch",
)

MOVES = Schema(
    "moves",
    ("epoch", "party", "hotspot", "kind"),
    (
        Column("epoch", "int32", "", "number of the epoch before which the move was made"),
        Column("party", "text", "", "actor of the scenario, or attack, that moved"),
        _HOTSPOT,
        Column("kind", "text", "", "join, leave, reassert, retune, or enlist and the attack gone over to"),
        Column("cost_usd", "float64", "USD", "what the move cost its owner: fees and hardware"),
    ),
    "what owners did between epochs; private, for grading",
)

DEEDS = Schema(
    "deeds",
    ("report",),
    (
        Column("report", "uint64", "", "id of the witness report"),
        Column(
            "deed",
            "text",
            "",
            "forged: made up by its sender; changed: other readings than were heard; sent-again: heard in good faith "
            "when somebody transmitted the payload a second time",
        ),
        Column("campaign", "text", "", "attack that did it; empty for a repeater that belongs to nobody here"),
    ),
    "witness reports that are not what an honest receiver heard of the beacon itself; private, for grading edges",
)

LINK_STATISTICS = Schema(
    "link_statistics",
    ("beaconer", "witness"),
    (
        Column("beaconer", "uint64", "", "hotspot that sent"),
        Column("witness", "uint64", "", "hotspot that heard"),
        Column("n_heard", "int64", "", "beacons heard in the window"),
        Column(
            "mean_loss_db",
            "float64",
            "dB",
            "mean of claimed power minus effective signal power (ESP), gains not removed",
        ),
        Column("var_loss_db2", "float64", "dB^2", "population variance of the same"),
    ),
    "every directed link with at least one report: how often and how strongly heard",
)

ACTIVITY = Schema(
    "activity",
    ("hotspot",),
    (
        _HOTSPOT,
        Column("n_beacons", "int64", "", "beacon reports sent in the window"),
        Column("n_witnessed", "int64", "", "witness reports sent in the window"),
        Column("power_dbm", "float64", "dBm", "mean claimed power of its beacons"),
    ),
    "signs of life: a miss counts only while the receiver otherwise showed life",
)

SCORES = Schema(
    "scores",
    ("detector", "hotspot"),
    (
        Column("detector", "text", "", "detector that says so"),
        _HOTSPOT,
        Column("probability", "float64", "", "probability that the asserted place is a lie, given the evidence"),
        Column(
            "log_likelihood_ratio",
            "float64",
            "nat",
            "log of: likelihood elsewhere over likelihood at the asserted place",
        ),
        Column("verdict", "text", "", "honest, suspect or undecided"),
        Column("estimated_latitude_deg", "float64", "deg", "most likely place"),
        Column("estimated_longitude_deg", "float64", "deg", "most likely place"),
        Column("credible_radius_m", "float64", "m", "radius of the 90 % credible region around it"),
        Column("family", "text", "", "detector that weighs most"),
        Column("evidence", "text", "", "the strongest evidence in words"),
    ),
    "who lies about the place, by a detector",
)

EDGE_SCORES = Schema(
    "edge_scores",
    ("beaconer", "witness"),
    (
        Column("beaconer", "uint64", "", "hotspot that sent"),
        Column("witness", "uint64", "", "hotspot that heard"),
        Column("n_heard", "int64", "", "beacons heard in the window"),
        Column("probability", "float64", "", "probability that this link does not prove what it seems to"),
        Column("excess_db", "float64", "dB", "how much stronger than expected between the asserted places"),
        Column("cable_ratio", "float64", "nat", "log of: likelihood of its packets in a cable over on the air"),
        Column("evidence", "text", "", "what speaks against it: sender, witness, cable, free-space, nothing"),
    ),
    "which links are false, by the fused detectors",
)

TABLES: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        HOTSPOTS, TRUTH, ENTROPIES, BEACONS, WITNESS_REPORTS, NAMED_BEACONS, POC_IDS, SIGNATURES,
        JOINED_BEACONS, RECEPTIONS,
        BEACON_VERDICTS, WITNESS_VERDICTS, CLAIMS, SHARES, REWARDS, MOVES, DEEDS, LINK_STATISTICS, ACTIVITY, SCORES,
        EDGE_SCORES,
    )
}  # fmt: skip
