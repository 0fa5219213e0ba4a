"""The schema of each database as a chain of reviewed steps, and the program that runs them."""
