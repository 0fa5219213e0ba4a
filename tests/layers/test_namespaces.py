"""The layer of namespaces: one a team of the catalog, behind admission, in the cluster of the layer below."""

from layers import access, delivery, foundation, namespaces
from models.catalog.loader import load_catalog
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import Deploy

PREFIX = "kubernetes:"


def test_every_team_has_a_namespace_and_nothing_comes_in_before_admission(deploy: Deploy) -> None:
    """All objects are made with the cluster's own provider; namespaces wait for the policies."""
    settings = load_file(FOLDER / "Pulumi.production.yaml")

    def program() -> None:
        base = foundation.build(settings)
        namespaces.build(settings, delivery.build(settings, base, access.build(settings, base)))

    made = deploy(program)
    found = made.all("kubernetes:core/v1:Namespace")
    assert {one.inputs["metadata"]["name"] for one in found} == set(load_catalog().teams)
    assert all(one.protect for one in found)
    provider = made.one("pulumi:providers:kubernetes")
    entries = {one.urn for one in made.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")}
    assert entries <= set(provider.dependencies), "nobody is let in before"
    objects = [one for one in made.resources if one.type.startswith(PREFIX)]
    assert {one.request.provider.rpartition("::")[0] for one in objects} == {provider.urn}
    bound = {one.urn for one in made.resources if one.type.endswith("ValidatingAdmissionPolicyBinding")}
    for one in found:
        assert bound <= set(one.dependencies)
