"""Tasks that score any MCP client as in tau-bench: 60 requests to a service desk, by SOP; see docs/evals.md.

`python -m evals --agent COMMAND --trials 4` starts the server on a database of the run, gives the agent the words, an
address and a token, and then compares the database with the expected facts; texts are not compared.
"""
