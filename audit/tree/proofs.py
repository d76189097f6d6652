"""Proofs of RFC 6962: that a leaf is in a tree, and that one tree is the beginning of another.

Proofs are read through `Subtrees`, a function of (level, index): the hash of the complete subtree over the leaves
[index · 2^level, (index + 1) · 2^level). Where the hashes are stored is not the concern of this module.
"""

from collections.abc import Callable, Sequence

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


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the hash of a leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = leaf, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if index % 2 or index == last:
            node = node_hash(sibling, node)
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the root of the old tree to that of the new one (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index >> 1, last >> 1
    then = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            then, now = node_hash(sibling, then), node_hash(sibling, now)
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and then == old_root and now == new_root


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
