"""What stands in every pack: how to check it, and a program that does, which needs nothing but Python."""

README = """# Auditor's pack of one incident

| File | What it holds |
|---|---|
| compliance_report.json, .html, .pdf (where printable) | decisions, approvals, duties, service level, proof |
| timeline.csv | the ordered account of the incident, oldest first, times in UTC |
| approvals.json | every approval that was asked for on the incident's records, with the digest of what was approved |
| service_levels.json | due times, breaches and the arithmetic: agreement, calendar, every counted stretch |
| audit_entries.jsonl | every audit entry of the incident's records, in the order of their chains |
| chains.json | for each record the number of its entries and the hash of the last one |
| checkpoint.json | the latest sealed checkpoint of the whole trail, where one was set |
| MANIFEST.json | the SHA-256 of every other file, and the moment as of which the pack tells |

The pack says how things stood at the incident's latest audit entry. As long as no record changes, packing again gives
the same bytes (with the same version of the software and, for the PDF, of its libraries and fonts).

## How to check it

    python3 verify.py

It needs nothing but Python 3.9 or newer, reads the files beside it, and tells the first thing that is wrong. By hand:

1. Compare the SHA-256 of each file with MANIFEST.json.
2. For each line of audit_entries.jsonl, compute SHA-256 over `previous_hash`, one line feed, and `content`, all in
   UTF-8. It must equal `hash`.
3. `content` is JSON. Its `reference_type` and `reference_id` name the record, `sequence` counts from 1 without a gap.
   The first `previous_hash` of a record is 64 zeros; every further one is the `hash` of the line before it.
4. The last `hash` of each record must be the `head` that chains.json states.
5. Against rewriting of a whole chain: run `manage.py audit_verify` with a checkpoint file that was kept elsewhere, or
   compare these heads with an older pack: an old head must still be among the hashes of its chain.
"""

VERIFY = '''"""Checks this pack from its files alone: `python3 verify.py`. Exit status 0 when all of it holds."""

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
            raise SystemExit(f"BROKEN: {name} is not the file that MANIFEST.json names")
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
            raise SystemExit(f"BROKEN: the chain of {record[0]} {record[1]} is not the one that chains.json states")
    if heads:
        raise SystemExit("BROKEN: there are entries of records that chains.json does not state")
    return entries


if __name__ == "__main__":
    files, entries = check_manifest(), check_chains()
    sys.stdout.write(f"verified: {files} files, {entries} audit entries\\n")
'''
