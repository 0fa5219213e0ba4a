"""The first deployment of an account."""
