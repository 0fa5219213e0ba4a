"""What Argo CD is told in tests: staging, two tiers, and the access model of the clone."""

from typing import Any

from components.argocd.args import ArgoCdArgs, SignIn
from models.access.argocd import rbac
from models.access.loader import load_access

REPOSITORY = "https://github.com/nationgraph/nationgraph-services.git"


def arguments(**changes: Any) -> ArgoCdArgs:
    """Those of staging, unless changed."""
    given: dict[str, Any] = {
        "environment": "staging",
        "versions": "staging",
        "repository": REPOSITORY,
        "services": {"auth": "core/payments", "api-token": "standard/graph", "search": "standard/graph"},
        "deletion_budget": 0,
        "preview": "nationgraph:preview",
        "promotion": "nationgraph:verdicts",
        "token_makers": "nationgraph:argocd-token",
        "people": ["nationgraph:on-call", "nationgraph:engineering"],
        "tiers": {"core": ["payments", "graph"], "standard": ["graph"], "experimental": []},
        "rbac": rbac(load_access().for_environment("staging")),
        "sign_in": SignIn(issuer="https://accounts.nationgraph.example", client_id="argocd"),
        "host": "argocd.tail0a1b2c.ts.net",
        "tailnet_namespace": "tailscale",
        "api_cidrs": ["10.2.0.0/20", "10.2.16.0/20"],
        "protect": True,
    }
    return ArgoCdArgs(**{**given, **changes})
