"""Where the platform's identities are kept in IAM, and what bounds every role."""

from typing import Final

PATH: Final = "/nationgraph/identity/"
"""IAM path of the roles and policies that no platform role may change."""
BOUNDARY: Final = "nationgraph-boundary"
"""The permissions boundary of every role, under ``PATH``: it grants nothing by itself."""
FUNCTION_PREFIX: Final = "nationgraph-"
"""Begins the name of every Lambda function of the platform."""
STATE_ALIAS: Final = "alias/nationgraph-state"
"""Alias of the key that encrypts the state."""
ISSUER: Final = "https://accounts.nationgraph.example"
"""The company's identity provider (OIDC), where people sign in to what is no part of AWS."""
