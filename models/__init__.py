"""What the company runs, as data."""
