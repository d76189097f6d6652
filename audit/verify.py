"""Verification: reads the whole trail, compares it with a checkpoint, and reports the first inconsistency."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import Any

from audit.chain_reader import UNCHAINED, ChainBroken, ChainReader, Finding, FindingKind, Leaf
from audit.checkpoint_document import Document, cut_of, is_of_tree, parts_of
from audit.commit_horizon import streaming_transaction
from audit.models import Checkpoint
from audit.tree_verification import TreeVerification


@dataclass(slots=True)
class VerificationResult:
    """The result of a verification: its coverage, the root it was compared with, and the finding."""

    entries: int = 0
    chains: int = 0
    imported_since: int = 0
    archived: int = 0
    root: str | None = None
    finding: Finding | None = None
    stopped_at: tuple[str, int] | None = None

    @property
    def verified(self) -> bool:
        return self.finding is None


def verify(
    progress: Callable[[int], None] = lambda count: None,
    *,
    sealed: Document | None = None,
    leaves: Iterable[Any] | None = None,
    after: tuple[str, int] | None = None,
    seconds: float | None = None,
    **scope: Any,
) -> VerificationResult:
    """Verify all entries, or those of one record (`reference_type`, `reference_id`), with constant memory.

    `sealed` is the document of a checkpoint to compare with, `leaves` the leaves of its file: with them a missing entry
    is named even if the stored tiles were rewritten too. With `seconds` the chains are verified until they are over, up
    to `stopped_at`; `after` continues there. A part of the trail is not compared with the checkpoint.
    """
    until = None if seconds is None else monotonic() + seconds
    walk = ChainReader(scope=scope, progress=progress, after=after, until=until)
    if sealed:
        walk.cut, walk.cut_at, walk.with_parts = sealed["last_entry_id"], cut_of(sealed), not is_of_tree(sealed)
    verdict = VerificationResult(root=sealed["root"] if sealed else None)
    try:
        with streaming_transaction():
            _verify_chains(walk, leaves if walk.with_parts else None)
        if sealed and walk.stopped_at is None:
            verdict.archived = _compare_with(sealed, walk, leaves)
    except ChainBroken as broken:
        verdict.finding = broken.finding
    verdict.stopped_at = walk.stopped_at
    verdict.entries, verdict.chains, verdict.imported_since = walk.entries, walk.chains, walk.imported_since
    return verdict


def _compare_with(sealed: Document, walk: ChainReader, leaves: Iterable[Any] | None) -> int:
    """Compare a complete pass with a checkpoint of either form; the number of archived entries. Raises ChainBroken."""
    if walk.with_parts:
        _compare_parts(walk, sealed)
        return 0
    with streaming_transaction():
        tree = TreeVerification(sealed, leaves)
        tree.run()
    return tree.archived


def _verify_chains(walk: ChainReader, leaves: Iterable[Leaf] | None) -> None:
    with closing(walk.leaves()) as present:
        for _ in present if leaves is None else _matched(present, iter(leaves)):
            pass


def latest_checkpoint_document() -> Document | None:
    """The document of the last checkpoint in this database."""
    return Checkpoint.objects.order_by("-id").values_list("document", flat=True).first()


def _matched(present: Iterator[Leaf], sealed: Iterator[Leaf]) -> Iterator[Leaf]:
    """The leaves of the trail, each compared with the checkpoint's, in the same order. Raises ChainBroken."""
    expected = next(sealed, None)
    for leaf in present:
        if expected is not None and expected.place < leaf.place:
            raise ChainBroken(_missing(expected))
        if expected is not None and expected.place == leaf.place:
            _compare(leaf, expected)
            expected = next(sealed, None)
        elif leaf.sequence != 0:
            raise ChainBroken(_at(leaf, FindingKind.INSERTED, "it did not exist when the checkpoint was created"))
        yield leaf
    if expected is not None:
        raise ChainBroken(_missing(expected))


def _compare(leaf: Leaf, sealed: Leaf) -> None:
    here, then = leaf.sequence or 0, sealed.sequence or 0
    if here < then:
        raise ChainBroken(
            _at(sealed, FindingKind.TRUNCATED, f"entries {here + 1} to {then} of the sealed chain are missing")
        )
    if here > then:
        raise ChainBroken(
            _at(leaf, FindingKind.INSERTED, f"entries were inserted into the sealed chain, which had {then}")
        )
    if leaf.hash != sealed.hash:
        raise ChainBroken(
            _at(leaf, FindingKind.CHANGED, "it was rewritten, with new hashes, after the checkpoint was created")
        )


def _compare_parts(walk: ChainReader, sealed: Document) -> None:
    now = {part["part"]: part for part in parts_of(walk.parts)}
    then = {part["part"]: part for part in sealed["parts"]}
    for name in sorted(now.keys() | then.keys()):
        if now.get(name) != then.get(name):
            here, there = (each.get(name, {}).get("leaves", 0) for each in (now, then))
            what = "unchained entries" if name == UNCHAINED else f"chains of type {name}"
            problem = (
                f"the {what} do not match the checkpoint ({there} then, {here} now); a checkpoint file would identify "
                "them"
            )
            kind = (
                FindingKind.CHANGED if here == there else FindingKind.INSERTED if here > there else FindingKind.DELETED
            )
            raise ChainBroken(Finding(kind, None, None if name == UNCHAINED else name, None, None, problem))


def _missing(sealed: Leaf) -> Finding:
    if sealed.part == UNCHAINED:
        return _at(sealed, FindingKind.DELETED, "the sealed entry is missing")
    return _at(sealed, FindingKind.CHAIN_DELETED, f"the whole sealed chain of {sealed.sequence} entries is missing")


def _at(leaf: Leaf, kind: FindingKind, problem: str) -> Finding:
    if leaf.part == UNCHAINED:
        return Finding(kind, leaf.key, None, None, None, problem)
    return Finding(kind, None, leaf.part, leaf.key, leaf.sequence, problem)
