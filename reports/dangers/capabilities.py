"""The finders of dangers, one row each. A new capability brings its own: a module, and a row here.

Not there yet, because what they would compare is not: columns that are newly replicated, alerts and SLOs in Prometheus.
"""

from collections.abc import Callable, Iterator

from reports.dangers import (
    access_entries,
    applications,
    cluster,
    cluster_roles,
    cluster_settings,
    companions,
    encrypted_connections,
    ingress,
    loss,
    network_policies,
    paths,
    principals,
    properties,
    rights,
    rotation,
    tailnet,
    thresholds,
)
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger

Find = Callable[[Comparison], Iterator[Danger]]
FINDERS: tuple[Find, ...] = (
    loss.find,
    properties.find,
    companions.find,
    encrypted_connections.find,
    ingress.find,
    principals.find,
    rights.find,
    access_entries.find,
    paths.find,
    applications.find,
    cluster.find,
    cluster_roles.find,
    cluster_settings.find,
    network_policies.find,
    rotation.find,
    tailnet.find,
    thresholds.find,
)
