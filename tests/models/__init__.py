"""Tests of what the company runs, as data."""
