"""Entries of made-up stacks."""
