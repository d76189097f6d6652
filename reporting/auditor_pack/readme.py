"""The constant files of every pack: instructions, and the offline verifier."""

from pathlib import Path

from audit import offline

README = """# Auditor's pack of one incident

| File | Content |
|---|---|
| compliance_report.json, .html, .pdf (if available) | decisions, approvals, duties, service level, proof |
| timeline.csv | the timeline of the incident, oldest first, times in UTC |
| approvals.json | every approval requested for the incident's records, with the digest of the request |
| service_levels.json | due times, breaches and their calculation: agreement, calendar, every counted period |
| audit_entries.jsonl | every audit entry of the incident's records, in the order of their chains |
| chains.json | the number of entries and the hash of the last one for each record |
| checkpoint.json | the latest checkpoint of the whole trail, if there is one |
| verify.py | a program that verifies all of this |
| MANIFEST.json | the SHA-256 of every other file, and the time that the pack describes |

The pack describes the incident as of its latest audit entry. While no record changes and no checkpoint is created,
another pack is identical byte for byte (with the same version of the software and, for the PDF, of its libraries and
fonts).

## Verification

    python3 verify.py

It only needs Python 3.9 or newer, reads the files in its directory, and reports the first inconsistency.
`--key PUB.pem` verifies the signature of the checkpoint (with the Python package `cryptography`), and
`--checkpoint FILE` compares it with one that you stored. Manually:

1. Compare the SHA-256 of each file with MANIFEST.json.
2. For each line of audit_entries.jsonl, compute SHA-256 over `previous_hash`, one line feed, and `content`, all in
   UTF-8. It must equal `hash`.
3. `content` is JSON. Its `reference_type` and `reference_id` name the record, `sequence` counts from 1 without a gap.
   The first `previous_hash` of a record is 64 zeros; every further one is the `hash` of the previous line.
4. The last `hash` of each record must equal its `head` in chains.json.
5. If checkpoint.json has a `note`, each entry with an id up to its `last_entry_id` has a `position` and a `proof`: the
   inclusion proof of RFC 6962 from the leaf `[id,"reference_type",reference_id,sequence,"hash"]` to `root`.
6. To detect the rewriting of a whole chain, use `--key` or `--checkpoint`, or compare the heads with an older pack: an
   older head must still be among the hashes of its chain.
"""

VERIFY = (Path(offline.__file__).parent / "verify_trail.py").read_text(encoding="utf-8")
