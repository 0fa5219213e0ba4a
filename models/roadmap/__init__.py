"""The ledger: what the company asked for and how it is proven."""
