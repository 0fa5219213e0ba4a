"""Which versions may move on: freight, stages, verification. Terms as in Kargo (https://docs.kargo.io)."""
