"""The offline verifier: one file for auditors, without the product or any library except for signatures."""
