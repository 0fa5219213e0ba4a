"""Promotion: freight, stages, verification."""
