"""A real Argo CD beside a folder's cluster: its controllers, Redis and a Git server as processes; see README.md."""
