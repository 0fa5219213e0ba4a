"""Reads the chain of steps, judges it without a database, and runs it behind a lock."""
