"""SEC-06, INF-02: the private Kubernetes cluster: control plane, nodes, add-ons, who may do what in it."""
