"""Proofs of RFC 6962: that a leaf is in a tree, and that one tree is the beginning of another.

`audit/offline/verify_trail.py` verifies them.

Proofs are read through `Subtrees`, a function of (level, index): the hash of the complete subtree over the leaves
[index · 2^level, (index + 1) · 2^level). Where the hashes are stored is not the concern of this module.
"""

from collections.abc import Callable

from audit.tree.merkle import EMPTY_ROOT, node_hash

Subtrees = Callable[[int, int], bytes]


def tree_root(size: int, subtrees: Subtrees) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _range_root(0, size, subtrees) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> list[bytes]:
    """The proof that the leaf `index`, counted from 0, is in the tree of `size` leaves (RFC 6962, PATH).

    Raises ValueError.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")
    proof, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_root(middle, high, subtrees))
            high = middle
        else:
            proof.append(_range_root(low, middle, subtrees))
            low = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, subtrees: Subtrees) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 6962, PROOF).

    Raises ValueError.
    """
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {new}")
    proof, low, high = [], 0, new
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range_root(middle, high, subtrees))
            high = middle
        else:
            proof.append(_range_root(low, middle, subtrees))
            low = middle
    return [*([_range_root(low, high, subtrees)] if low else []), *reversed(proof)]


def _range_root(low: int, high: int, subtrees: Subtrees) -> bytes:
    """The root over the leaves [low, high), of which `low` is aligned to the size of the left subtree."""
    size = high - low
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return subtrees(level, low >> level)
    middle = low + _split(size)
    return node_hash(_range_root(low, middle, subtrees), _range_root(middle, high, subtrees))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
