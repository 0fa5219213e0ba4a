"""SEC-01: secrets live in a secret manager."""
