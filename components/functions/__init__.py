"""Private Lambda functions."""
