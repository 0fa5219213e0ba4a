"""The rotation of API tokens against a real Secrets Manager API and strict stand-ins of both issuers."""
