"""A real Kubernetes API server with etcd and controller manager in a stack's folder; README.md says what is not real."""
