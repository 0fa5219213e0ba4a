"""Argo CD as the platform declares it, in a cluster of its own."""

from components.argocd.argocd import ArgoCd
from components.argocd.args import ArgoCdArgs, SignIn

ArgoCd(
    "argocd",
    ArgoCdArgs(
        environment="dev",
        versions="dev",
        repository="https://github.com/nationgraph/nationgraph-services.git",
        services={"billing": "core/payments"},
        deletion_budget=0,
        preview="nationgraph:preview",
        promotion="nationgraph:verdicts",
        token_makers="nationgraph:argocd-token",
        people=["nationgraph:on-call"],
        tiers={"core": ["payments"], "standard": ["graph"], "experimental": []},
        rbac={"policy.default": ""},
        sign_in=SignIn(issuer="https://accounts.nationgraph.example", client_id="argocd"),
        host="argocd.tail0a1b2c.ts.net",
        tailnet_namespace="tailscale",
        api_cidrs=["10.1.0.0/20"],
        protect=False,
    ),
)
