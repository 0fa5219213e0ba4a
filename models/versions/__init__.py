"""Which chart and image of each service an environment runs: ``charts/versions/<environment>.yaml``."""
