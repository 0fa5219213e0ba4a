"""What runs inside AWS, in parts; tests/e2e has it whole."""
