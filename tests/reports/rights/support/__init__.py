"""Stacks as the judgement sees them."""
