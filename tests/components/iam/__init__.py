"""Tests of the roles, their boundary and the state bucket."""
