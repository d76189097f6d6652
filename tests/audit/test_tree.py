"""The tree, its proofs, tiles and notes against the published vectors of RFC 6962's and Go's implementations."""

from base64 import b64decode
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.offline.verify_trail import is_extension, root_from
from audit.tree.merkle import EMPTY_ROOT, Tree, leaf_hash
from audit.tree.notes import TreeHead, is_signed, read_head, sign, verifier_key
from audit.tree.proofs import consistency_proof, inclusion_proof, tree_root
from audit.tree.tiles import ENTRIES, TileBuilder, TiledSubtrees, unbundled

# The leaves and roots of the reference implementation of RFC 6962.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
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
PATH_OF_5 = [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
PROOF_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
# The key and the note of the documentation of Go's sumdb/note.
NAME = "PeterNeumann"
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


class Store:
    """Tiles in memory, and a builder that continues from them."""

    def __init__(self):
        self.tiles, self.size, self.reads = {}, 0, 0

    def put(self, tile):
        assert (tile.level, tile.position, tile.width) not in self.tiles
        self.tiles[tile.level, tile.position, tile.width] = tile.data

    def read(self, level, position, width):
        self.reads += 1
        found = (self.tiles.get((level, position, each)) for each in range(width, 257))
        data = next((each for each in found if each is not None), None)
        if data is None:
            raise LookupError
        return data

    def extend(self, leaves):
        builder = TileBuilder(self.put, self.size, self.read)
        for leaf in leaves:
            builder.add(leaf)
        builder.finish()
        self.size = builder.size
        return builder.root

    @property
    def subtrees(self):
        return TiledSubtrees(self.read)


def hexadecimal(hashes):
    return [each.hex() for each in hashes]


@pytest.fixture
def eight():
    store = Store()
    store.extend(LEAVES)
    return store


def test_the_roots_are_the_published_ones():
    tree, store = Tree(), Store()
    assert tree.root == EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.add(leaf)
        assert tree.root == store.extend([leaf]).hex() == root
        assert tree_root(store.size, store.subtrees).hex() == root


def test_the_inclusion_proof_is_the_published_one(eight):
    assert hexadecimal(inclusion_proof(5, 8, eight.subtrees)) == PATH_OF_5
    assert inclusion_proof(0, 1, eight.subtrees) == []
    for index in (-1, 8):
        with pytest.raises(ValueError, match="is not in a tree"):
            inclusion_proof(index, 8, eight.subtrees)


def test_the_consistency_proof_is_the_published_one(eight):
    assert hexadecimal(consistency_proof(6, 8, eight.subtrees)) == PROOF_6_TO_8
    assert hexadecimal(consistency_proof(4, 8, eight.subtrees)) == [
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    ]
    for old in (0, 9):
        with pytest.raises(ValueError, match="is not the beginning"):
            consistency_proof(old, 8, eight.subtrees)


def test_every_proof_in_every_small_tree_holds_and_no_other_does(eight):
    roots = [bytes.fromhex(root) for root in ROOTS]
    for size, root in enumerate(roots, 1):
        for index in range(size):
            proof = inclusion_proof(index, size, eight.subtrees)
            leaf = leaf_hash(LEAVES[index])
            assert root_from(leaf, index, size, proof) == root
            assert root_from(leaf_hash(b"other"), index, size, proof) != root
            assert root_from(leaf, index, size, [*proof, root]) != root
            assert root_from(leaf, size, size, proof) != root
            if size > 1:
                assert root_from(leaf, (index + 1) % size, size, proof) != root
                assert root_from(leaf, index, size, proof[:-1]) != root
        for old in range(1, size + 1):
            proof = consistency_proof(old, size, eight.subtrees)
            assert is_extension(old, roots[old - 1], size, root, proof)
            assert not is_extension(old, EMPTY_ROOT, size, root, proof)
            assert not is_extension(old, roots[old - 1], size, EMPTY_ROOT, proof)
            assert not is_extension(old, roots[old - 1], size, root, [*proof, root])
            if old < size:
                assert not is_extension(size, root, old, roots[old - 1], proof)
                assert not is_extension(old, roots[old - 1], size, root, proof[:-1])


def test_tiles_grow_with_the_tree_and_keep_every_older_root():
    store, tree, roots = Store(), Tree(), {}
    for count in (1, 255, 1, 300, 65_000, 2, 700):
        leaves = [str(store.size + each).encode() for each in range(count)]
        for leaf in leaves:
            tree.add(leaf)
        assert store.extend(leaves).hex() == tree.root
        roots[store.size] = bytes.fromhex(tree.root)
    subtrees = store.subtrees
    for old, new in pairwise(roots):
        assert tree_root(old, subtrees) == roots[old]
        assert is_extension(old, roots[old], new, roots[new], consistency_proof(old, new, subtrees))
    for index in (0, 255, 256, 65_535, 65_536, store.size - 1):
        proof = inclusion_proof(index, store.size, subtrees)
        assert root_from(leaf_hash(str(index).encode()), index, store.size, proof) == roots[store.size]
    assert unbundled(store.read(ENTRIES, 1, 256))[:2] == [b"256", b"257"]
    assert {level for level, _, _ in store.tiles} == {ENTRIES, 0, 1, 2}


def test_what_is_appended_costs_no_more_in_a_longer_tree():
    store, reads = Store(), []
    for count in (300, 3_000, 30_000):
        store.extend(str(each).encode() for each in range(count))
        store.reads, tiles = 0, len(store.tiles)
        store.extend([b"one more"])
        reads.append(store.reads)
        assert len(store.tiles) - tiles <= 2
    assert max(reads) <= 4


def test_a_note_is_signed_as_go_signs_it():
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    note = sign(TEXT, NAME, key)
    assert note == f"{TEXT}\n— {NAME} {SIGNATURE}\n"
    assert verifier_key(NAME, key.public_key()) == PUBLIC
    assert is_signed(note, NAME, key.public_key())
    assert not is_signed(note.replace("problem is", "problem was"), NAME, key.public_key())
    assert not is_signed(note, "SomeoneElse", key.public_key())
    assert not is_signed(note, NAME, Ed25519PrivateKey.generate().public_key())
    assert not is_signed(f"{TEXT}\n— {NAME} nonsense\n", NAME, key.public_key())
    with pytest.raises(ValueError, match="not the name of a key"):
        sign(TEXT, "Peter Neumann", key)


def test_a_checkpoint_is_three_lines():
    head = TreeHead("example.org/log", 8, bytes.fromhex(ROOTS[-1]))
    text = "example.org/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    assert str(head) == text
    assert read_head(text) == head
    for forged in (text.replace("\n8\n", "\n08\n"), text.replace("Xcna", "Xcn"), "example.org/log\n8\n"):
        with pytest.raises(ValueError):  # noqa: PT011 - each in its own words
            read_head(forged)
