"""Tests of what looks at the repository itself."""
