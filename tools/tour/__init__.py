"""The tour: one story through every operation of the API, and one refusal of every kind, played as written.

Its requests and responses are the examples of the OpenAPI description (`ims/docs/examples/`) and the recipes of
`docs/`. `python -m tools examples` plays it and writes both; a test plays it again and detects differences.
"""
