"""SEC-07: an image is named by digest and comes from a registry that the company trusts."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.images import fault, of_values
from policy.facts.props import UNKNOWN, Resource, get
from policy.facts.workloads import TYPES as OF_WORKLOADS
from policy.facts.workloads import workloads

RELEASES = frozenset({"kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"})
TYPES = OF_WORKLOADS | RELEASES


def check(resource: Resource) -> Iterator[str]:
    """Every container of every pod, and the images that a chart is given in its values."""
    for workload in workloads(resource, "sec-07-pinned-images"):
        for container in workload.containers():
            image = get(container.body, "image")
            if image is not UNKNOWN and not (workload.of.partial and image is None) and (wrong := fault(image)):
                yield f"{container.path}.image {wrong}"
    if resource.resource_type in RELEASES:
        for path, image in of_values(get(resource.props, "values"), "values"):
            if wrong := fault(image):
                yield f"{path} {wrong}"


RULE = Rule(
    clause="SEC-07",
    description="Images are pinned by digest and come from allowed registries.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="NIST SP 800-190", version="2017", reference="4.1.5"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.8"),
    ),
    remediation="Name the image of the platform's ECR with @sha256:...; policy/facts/data/images.yaml lists others.",
    types=TYPES,
    check=check,
)
