"""The constant files of every pack: instructions, and a verification program in pure Python."""

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
| MANIFEST.json | the SHA-256 of every other file, and the time that the pack describes |

The pack describes the incident as of its latest audit entry. While no record changes, another pack is identical byte
for byte (with the same version of the software and, for the PDF, of its libraries and fonts).

## Verification

    python3 verify.py

It only needs Python 3.9 or newer, reads the files in its directory, and reports the first inconsistency. Manually:

1. Compare the SHA-256 of each file with MANIFEST.json.
2. For each line of audit_entries.jsonl, compute SHA-256 over `previous_hash`, one line feed, and `content`, all in
   UTF-8. It must equal `hash`.
3. `content` is JSON. Its `reference_type` and `reference_id` name the record, `sequence` counts from 1 without a gap.
   The first `previous_hash` of a record is 64 zeros; every further one is the `hash` of the previous line.
4. The last `hash` of each record must equal its `head` in chains.json.
5. To detect the rewriting of a whole chain: run `manage.py audit_verify` with a checkpoint file stored elsewhere, or
   compare these heads with an older pack: an older head must still be among the hashes of its chain.
"""

VERIFY = '''"""Verify this pack, using only its files: `python3 verify.py`. Exit status 0 if it is consistent."""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENESIS = "0" * 64


def check_manifest():
    stated = json.loads((HERE / "MANIFEST.json").read_text(encoding="utf-8"))["sha256"]
    for name, digest in stated.items():
        if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:
            raise SystemExit(f"BROKEN: {name} does not match MANIFEST.json")
    return len(stated)


def check_chains():
    heads, entries = {}, 0
    with (HERE / "audit_entries.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            content = json.loads(entry["content"])
            record = (content["reference_type"], content["reference_id"])
            sequence, previous = heads.get(record, (0, GENESIS))
            digest = hashlib.sha256(f"{previous}\\n{entry['content']}".encode()).hexdigest()
            if content["sequence"] != sequence + 1 or entry["previous_hash"] != previous or entry["hash"] != digest:
                raise SystemExit(f"BROKEN: entry {entry['id']} of {record[0]} {record[1]}")
            heads[record], entries = (content["sequence"], digest), entries + 1
    for chain in json.loads((HERE / "chains.json").read_text(encoding="utf-8")):
        record = (chain["reference_type"], chain["reference_id"])
        if heads.pop(record, None) != (chain["entries"], chain["head"]):
            raise SystemExit(f"BROKEN: the chain of {record[0]} {record[1]} does not match chains.json")
    if heads:
        raise SystemExit("BROKEN: there are entries of records that chains.json does not list")
    return entries


if __name__ == "__main__":
    files, entries = check_manifest(), check_chains()
    sys.stdout.write(f"verified: {files} files, {entries} audit entries\\n")
'''
