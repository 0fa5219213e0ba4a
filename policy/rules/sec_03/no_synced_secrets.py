"""SEC-03: a secret is a file of the pod that needs it, and no object of the cluster."""

from collections.abc import Iterator

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import read, tokens
from policy.facts.props import UNKNOWN, Resource, get, items

TYPES = tokens("secrets-store.csi.x-k8s.io/SecretProviderClass")
REASON = "nationgraph.io/synced-secret"
"""An annotation that says why a Secret must exist, for example that a controller of a vendor reads nothing else."""


def check(resource: Resource) -> Iterator[str]:
    """``secretObjects`` makes the driver copy what it mounts into Secrets, which whoever may list them reads."""
    for one in read(resource, "sec-03-no-synced-secrets"):
        copied = [item for item in items(mapping(get(one.body, "spec")), "secretObjects") if item is not UNKNOWN]
        if copied and not get(one.pairs("annotations"), REASON):
            yield f"{one.at('spec.secretObjects')} is given, must be absent, or annotation {REASON} must say why"


RULE = Rule(
    clause="SEC-03",
    description="Secrets are mounted as files and not copied into Secrets of Kubernetes.",
    severity=Severity.MEDIUM,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.4.1"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Read the secret from the mounted file; remove secretObjects.",
    types=TYPES,
    check=check,
)
