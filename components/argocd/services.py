"""The list of the services that an environment runs, which the cluster holds every change of the catalog against.

Argo CD does not read it. It is what was deployed last: who takes services out of the catalog takes them out of this
list, and there ``components.admission.deletion_budget`` counts them, in a preview too.
"""

from collections.abc import Mapping
from typing import Any, Final

from components.argocd.patches import NAMESPACE

NAME: Final = "services"
"""Of the ConfigMap, in the namespace of Argo CD."""
BUDGET: Final = "nationgraph.io/deletion-budget"
"""Its annotation: how many services a change may take away. None at all where it is missing."""
SUFFIX: Final = ".service"
"""Of each key: what is named ``auth`` alone would be the name of a secret (``sec-01-no-plaintext-secrets``)."""


def services(placed: Mapping[str, str], budget: int) -> dict[str, Any]:
    """The list: ``placed`` has tier and namespace of each service, as ``core/payments``."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "annotations": {BUDGET: str(budget)}},
        "data": {f"{name}{SUFFIX}": place for name, place in sorted(placed.items())},
    }
