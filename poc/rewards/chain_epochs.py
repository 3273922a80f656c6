"""What an epoch of Helium's own chain minted: the share of a month that its blocks are, a block being a minute.

Source: helium/blockchain-core 0fc794e `blockchain_txn_rewards_v2.erl` `calculate_epoch_reward` and (capped, HIP-28)
`calculate_consensus_epoch_reward`.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

BLOCKS_A_MONTH = 30 * 24 * 60
BLOCKS_AN_EPOCH, GRACE_BLOCKS = 30, 5  # election_interval, election_restart_interval
EPOCHS_A_DAY = 24 * 60 // BLOCKS_AN_EPOCH


def epoch_reward(a_month: Decimal, n_blocks: int, most_blocks: int | None = None) -> Decimal:
    """Minted in `n_blocks`, in the unit of `a_month`; no more than `most_blocks` count where late elections are capped.

    >>> epoch_reward(Decimal(43_200), 50, BLOCKS_AN_EPOCH + GRACE_BLOCKS)
    Decimal('35')
    """
    counted = n_blocks if most_blocks is None else min(n_blocks, most_blocks)
    return a_month * counted / BLOCKS_A_MONTH


def bones_a_day(tokens_a_month: int) -> int:
    """Whole bones minted by the epochs of a day when every block takes its minute.

    >>> bones_a_day(2_500_000)
    8333333333333
    """
    bones = epoch_reward(Decimal(tokens_a_month * 10**8), BLOCKS_AN_EPOCH * EPOCHS_A_DAY)
    return int(bones.to_integral_value(ROUND_FLOOR))
