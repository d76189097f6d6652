"""A Merkle tree built leaf by leaf: pure, with memory for one branch only.

As in RFC 6962: a leaf is SHA-256(0x00 ‖ content), a node SHA-256(0x01 ‖ left ‖ right), the left subtree of n leaves
contains the largest power of two below n, and the empty tree is SHA-256 of nothing.
"""

import hashlib


class Tree:
    """Add leaves in order; `root` is available at any time."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[tuple[int, bytes]] = []  # complete subtrees, the largest first: (leaves, hash)

    def add(self, content: bytes) -> None:
        """Append one leaf."""
        self.leaves += 1
        size, node = 1, hashlib.sha256(b"\x00" + content).digest()
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, node = size * 2, _join(left, node)
        self._peaks.append((size, node))

    @property
    def root(self) -> str:
        """The root over all leaves so far, in hexadecimal."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        _, node = self._peaks[-1]
        for _, left in reversed(self._peaks[:-1]):
            node = _join(left, node)
        return node.hex()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
