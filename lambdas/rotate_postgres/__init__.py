"""Rotation of a PostgreSQL credential in Secrets Manager; see README.md."""
