"""The Merkle tree over the sealed trail: hashes, proofs, tiles and signed notes, apart from storage.

The tree is that of RFC 6962; its tiles, checkpoints and notes follow the C2SP specifications tlog-tiles,
tlog-checkpoint and signed-note.
"""
