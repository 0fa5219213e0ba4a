"""The golden chart rendered: what Kubernetes gets of every service, and what schemas say of it."""
