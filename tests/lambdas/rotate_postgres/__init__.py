"""The parts of the rotation function."""
