"""The first deployment of an account: see ``steps``."""
