"""INF-02: deployments by ArgoCD."""
