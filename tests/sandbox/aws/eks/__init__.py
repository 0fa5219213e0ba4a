"""Tests of EKS in the emulated account."""
