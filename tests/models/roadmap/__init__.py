"""The ledger: its file, its table, its claims."""
