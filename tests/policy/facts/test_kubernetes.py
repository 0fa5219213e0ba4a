"""Objects are found in every type that Pulumi has for them, and pods in every kind of workload."""

import pytest

from policy.facts import images
from policy.facts.argocd import applications
from policy.facts.kubernetes import objects, read, tokens
from policy.facts.props import UNKNOWN as IS_UNKNOWN
from policy.facts.workloads import TEMPLATES, TYPES, workloads
from tests.policy.support.kubernetes import POD, deployment
from tests.support.resources import UNKNOWN, Res, as_resource_args, as_stack


def nested(where: tuple[str, ...]) -> dict[str, object]:
    """A pod's specification where a kind has its template."""
    body: dict[str, object] = {"spec": POD}
    for step in reversed(where):
        body = {step: body}
    return body


@pytest.mark.parametrize("kind", TEMPLATES)
def test_pods_are_found_in_every_kind(kind: str) -> None:
    """In each version and variant of its type, with the path that a message names."""
    where = TEMPLATES[kind]
    for token in tokens(kind):
        is_list = "List" in token
        inputs = {"items": [nested(where)]} if is_list else nested(where)
        (found,) = workloads(as_resource_args(Res(token, "x", inputs)))
        lead = "items[0]." if is_list else ""
        assert [c.path for c in found.containers()] == [f"{lead}{'.'.join((*where, 'spec'))}.containers[0]"]
        assert found.of.partial is token.endswith("Patch")
        assert token in TYPES


def test_what_is_no_object_of_kubernetes_holds_none() -> None:
    """Other providers' types, and the package's own provider."""
    assert list(read(as_resource_args(Res("aws:s3/bucket:Bucket", "x")))) == []
    assert objects(as_stack([Res("pulumi:providers:kubernetes", "x"), deployment()]), "core/Pod") == []
    assert [one.kind for one in objects(as_stack([deployment()]))] == ["Deployment"]


def test_names_and_namespaces() -> None:
    """Pulumi's name where the provider makes one up; a namespace may be unknown."""
    (one,) = read(as_resource_args(Res("kubernetes:core/v1:Pod", "made", {"metadata": {"namespace": UNKNOWN}})))
    assert (one.name, one.namespace) == ("made", IS_UNKNOWN)


def test_deep_values_end() -> None:
    """Of charts and of generators: nested deeper than anybody writes."""
    deep: object = "x"
    for _ in range(100):
        deep = {"a": [deep]}
    assert list(images.of_values(deep, "values")) == []
    inputs = {"spec": {"generators": deep}}
    assert (
        len(list(applications(as_resource_args(Res("kubernetes:argoproj.io/v1alpha1:ApplicationSet", "x", inputs)))))
        == 1
    )
