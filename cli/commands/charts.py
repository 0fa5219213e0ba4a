"""write charts/values from the catalog, and see that no released chart has changed"""

from cli.programs import python

GROUP = "Catalog"


def run() -> int:
    """The command."""
    return python("models.charts")
