"""A schema refuses what the API server would refuse, and what it would drop in silence."""

import hashlib
from typing import Any

import pytest

from reports.charts.render import Rendered
from reports.charts.schemas import CRDS, NoSchemaError, faults
from tests.policy.support.kubernetes import changed
from tests.reports.charts.support.rendered import of

SHA256 = "ef1623b34403bb11311fc92763b5b364ba456a166f1637eeec8d29052dd115f3"  # pragma: allowlist secret


def said(one: Rendered, path: str, value: Any) -> list[str]:
    """What is wrong after one change."""
    body = changed(one.body, (path, value))
    return list(faults([Rendered(service=one.service, source=one.source, body=body, text="")]))


@pytest.mark.parametrize(
    ("kind", "path", "value", "says"),
    [
        ("Deployment", "spec.strategi", {}, "strategi"),
        ("Deployment", "spec.template.spec.containers.0.livenesProbe", {}, "livenesProbe"),
        ("HorizontalPodAutoscaler", "spec.minReplicas", "two", "minReplicas"),
        ("NetworkPolicy", "spec.policyTypes", "Ingress", "policyTypes"),
        ("SecretProviderClass", "spec.providr", "aws", "providr"),
        ("SecretProviderClass", "spec.parameters", ["usePodIdentity"], "parameters"),
    ],
)
def test_refused_with_service_template_and_path(kind: str, path: str, value: object, says: str) -> None:
    """An unknown key and a wrong type, of Kubernetes' own kinds and of the driver's."""
    (fault,) = said(of("production", "billing", kind), path, value)
    assert fault.startswith("billing: service/1.0.0/templates/")
    assert says in fault


def test_a_kind_that_nobody_defines_is_no_pass() -> None:
    """Silence would read as valid."""
    with pytest.raises(NoSchemaError, match=r"v1 Thing: .* has none"):
        said(of("production", "billing", "Service"), "kind", "Thing")


def test_definition_of_the_driver_is_as_released() -> None:
    """secrets-store-csi-driver v1.5.4, config/crd/bases: word for word."""
    (path,) = CRDS.glob("*.yaml")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
