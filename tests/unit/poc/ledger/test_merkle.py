"""Source of leaves and roots: the reference tree of RFC 6962 in google/certificate-transparency,
`cpp/merkletree/merkle_tree_test.cc` and its ports. Roots over the first n leaves, hex.
"""

import hashlib

import pytest

from poc.ledger.merkle import CHUNK_LEAVES, chunk_roots, leaf_hash, root_of

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("n", range(1, 9))
def test_reference_tree(n):
    assert root_of([leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:n]]).hex() == ROOTS[n - 1]


def test_no_leaves():
    assert root_of([]) == hashlib.sha256().digest()


@pytest.mark.parametrize("n", [0, 1, 255, 256, 257, 512, 700, 1024, 1025])
def test_subtrees_make_the_whole_tree(n):
    rows = [i.to_bytes(4, "big") for i in range(n)]
    chunks = chunk_roots(rows)
    assert len(chunks) == -(-n // CHUNK_LEAVES)
    assert root_of(chunks) == root_of([leaf_hash(row) for row in rows])
