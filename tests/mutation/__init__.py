"""Mutation testing of the rules: each mutant changes one detail of a rule, and a test must detect it.

mutmut's operators mutate the expressions. It mutates neither decorated functions nor tables of a module, where this
project states its rules, so this package applies its operators itself, with a few of its own.

    python -m tests.mutation       or `make mutation`

`targets` names the modules and their tests; `mutants` makes the mutants; `reaching` measures which test executes which
line; `sessions` runs tests in processes forked for each mutant; `ledger` keeps the results.
"""
