"""Tests of the private cluster."""
