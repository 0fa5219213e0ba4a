"""What differs between environments, in one table. Whatever is not here is the same everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lib.problems import Problem, nearest, shown
from lib.vocabulary import DATA_CLASSIFICATIONS


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One row of the table. Storage is in GiB, retention in days.

    ``protect`` guards whatever holds data: by the engine, and by AWS's own protection from deletion where there is one.
    ``node_types`` are arm64 machines of the cluster, ``node_count`` how many always run, ``max_node_count`` the most.
    ``log_retention_days`` holds for every log group. ``people_read_secrets`` lets engineers run a command with
    the environment's secrets. ``versions`` names the environment whose charts and images it runs: itself where it has a
    file of its own in ``charts/versions``. ``soak_hours`` is how long a release must have been healthy here before the
    next environment takes it.
    """

    zone_count: int
    nat_per_zone: bool
    router_count: int
    node_types: tuple[str, ...]
    node_count: int
    max_node_count: int
    log_retention_days: int
    instance_class: str
    multi_az: bool
    storage_gib: int
    max_storage_gib: int
    backup_retention_days: int
    protect: bool
    data_classification: str
    people_read_secrets: bool
    versions: str
    soak_hours: int = 1

    @property
    def production_data(self) -> bool:
        """Whether it holds customers' data or copies of it; the others hold made-up data."""
        return DATA_CLASSIFICATIONS.index(self.data_classification) >= DATA_CLASSIFICATIONS.index("confidential")


ENVIRONMENTS: Mapping[str, Environment] = MappingProxyType(
    {
        "sandbox": Environment(
            zone_count=3,
            nat_per_zone=False,
            router_count=2,
            node_types=("t4g.large",),
            node_count=3,
            max_node_count=6,
            log_retention_days=7,
            instance_class="db.t4g.medium",
            multi_az=False,
            storage_gib=20,
            max_storage_gib=50,
            backup_retention_days=7,
            protect=False,  # thrown away at will; the others hold data that someone needs
            data_classification="internal",
            people_read_secrets=True,
            versions="dev",
        ),
        "dev": Environment(
            zone_count=2,  # the least that RDS and load balancers accept
            nat_per_zone=False,
            router_count=2,
            node_types=("t4g.large",),
            node_count=2,
            max_node_count=6,
            log_retention_days=30,
            instance_class="db.t4g.medium",
            multi_az=False,
            storage_gib=20,
            max_storage_gib=100,
            backup_retention_days=7,
            protect=True,
            data_classification="internal",
            people_read_secrets=True,  # made-up data: an engineer may run a service as it runs there
            versions="dev",
        ),
        "staging": Environment(
            zone_count=3,
            nat_per_zone=False,
            router_count=2,
            node_types=("m7g.large", "m6g.large"),
            node_count=3,
            max_node_count=9,
            log_retention_days=90,
            instance_class="db.t4g.large",
            multi_az=True,  # failover is rehearsed here before production needs it
            storage_gib=50,
            max_storage_gib=200,
            backup_retention_days=14,
            protect=True,
            data_classification="confidential",
            people_read_secrets=True,
            versions="staging",
            soak_hours=24,  # a day's traffic and its nightly jobs
        ),
        "production": Environment(
            zone_count=3,
            nat_per_zone=True,  # the loss of one zone must not take the others' way out
            router_count=3,  # one may be replaced while another fails
            node_types=("m7g.xlarge", "m6g.xlarge"),
            node_count=6,  # a zone may be lost with a third of the pods
            max_node_count=18,
            log_retention_days=365,  # PCI DSS 10.5.1 asks for twelve months of audit trail
            instance_class="db.r7g.large",
            multi_az=True,
            storage_gib=100,
            max_storage_gib=1000,
            backup_retention_days=35,
            protect=True,
            data_classification="confidential",
            people_read_secrets=False,  # its secrets stay where they run
            versions="production",
        ),
    }
)

PROMOTION: tuple[str, ...] = tuple(name for name, row in ENVIRONMENTS.items() if row.versions == name)
"""The environments with versions of their own, in the order in which a release passes through them."""


def unknown_stack(name: str) -> Problem | None:
    """Why no stack has this name, and what was probably meant; None where one has."""
    if name in ENVIRONMENTS:
        return None
    meant = nearest(name, ENVIRONMENTS)
    fix = f"did you mean {meant}?" if meant else "write one of them, or add a row to stacks/environments.py"
    return Problem(why=f"stack {shown(name)} is none of {', '.join(ENVIRONMENTS)}", fix=fix)
