"""A real Kubernetes API server with etcd and controller manager in a stack's folder; see README.md."""
