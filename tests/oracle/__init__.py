"""An independent executable model of the policy, compared with the product automatically.

It is written from the policy's texts and imports none of the product's rules. `world` holds what the model knows of
people, their secrets and the records; each `acts_*` module says for some procedures what may be asked, what the policy
answers and what then is true; `machine` plays random people against the product and compares every verdict.

    python -m tests.oracle --steps 100000 --seed 1      or `make oracle`
"""
