"""Reads what ``models.promotion`` judges: Argo CD's applications by the Kubernetes API, burn rates by Prometheus's."""


class UnreadableError(RuntimeError):
    """A cluster or Prometheus gave no answer that can be read; the message says which, why, and what to do."""
