"""The list of the services that an environment runs, which the cluster holds every change of the catalog against.

Argo CD does not read it. It is what was deployed last: who takes services out of the catalog takes them out of this
list, and there ``components.admission.deletion_budget`` counts them, in a preview too.
"""

from collections.abc import Mapping
from typing import Any, Final

from components.argocd.patches import NAMESPACE
from lib import deletion_budget

NAME: Final = deletion_budget.LIST
BUDGET: Final = deletion_budget.ANNOTATION
SUFFIX: Final = deletion_budget.SUFFIX


def services(placed: Mapping[str, str], budget: int) -> dict[str, Any]:
    """The list: ``placed`` has tier and namespace of each service, as ``core/payments``."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "annotations": {BUDGET: str(budget)}},
        "data": {f"{name}{SUFFIX}": place for name, place in sorted(placed.items())},
    }
