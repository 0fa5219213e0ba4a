"""The scorecard: clauses against services and stacks."""
