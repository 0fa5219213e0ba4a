"""SEC-03: secrets are injected at run time."""
