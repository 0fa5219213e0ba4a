"""SEC-01: no Secret of Kubernetes is declared with data, in a chart or in Pulumi."""

from collections.abc import Iterator

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import Object, read, tokens
from policy.facts.props import UNKNOWN, Resource, get

TYPES = tokens("core/Secret")
KIND_OF_ARGOCD = "argocd.argoproj.io/secret-type"
PUBLIC = {
    "repository": frozenset(
        {"url", "type", "name", "project", "enableLfs", "insecure", "githubAppID", "githubAppInstallationID"}
    ),
    "repo-creds": frozenset({"url", "type", "name", "project", "githubAppID", "githubAppInstallationID"}),
    "cluster": frozenset({"name", "server", "namespaces", "clusterResources", "project"}),
}
"""What the declarations of Argo CD, which it keeps in Secrets, hold beside credentials."""


def _keys(secret: Object) -> Iterator[tuple[str, str]]:
    for section in ("data", "stringData"):
        given = get(secret.body, section)
        yield from ((section, key) for key in mapping(given) if get(mapping(given), key) not in (None, "", UNKNOWN))


def check(resource: Resource) -> Iterator[str]:
    """Encrypted in Pulumi's state or not, the value would lie in the cluster for ever: rotation would not reach it."""
    for secret in read(resource, "sec-01-no-secret-objects"):
        if get(secret.body, "type") == "kubernetes.io/service-account-token":
            continue
        public = PUBLIC.get(str(get(secret.pairs("labels"), KIND_OF_ARGOCD)), frozenset())
        for section, key in _keys(secret):
            if key not in public:
                yield f"{secret.at(section)}.{key} is declared, must come from Secrets Manager by the CSI driver"


RULE = Rule(
    clause="SEC-01",
    description="Secrets of Kubernetes are never declared with their data.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS Kubernetes Benchmark", version="1.9.0", reference="5.4.2"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Mount it by a SecretProviderClass; Argo CD's repository takes an identity, no password.",
    types=TYPES,
    check=check,
)
