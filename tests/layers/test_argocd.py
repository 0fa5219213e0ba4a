"""The layer of Argo CD: what the catalog and the access model make of it, in the cluster of the layer below."""

import json

from layers import access, argocd, delivery, foundation, namespaces
from layers.services import catalog
from lib.identities import ISSUER
from lib.repository import SERVICES
from models.catalog.placement import namespaces as placed
from models.catalog.placement import places
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import Deploy

API = "kubernetes:argoproj.io/v1alpha1"


def test_argo_cd_deploys_the_environments_services_from_one_repository(deploy: Deploy) -> None:
    """Each tier that has services has a project and a set; all is made with the cluster's own provider, and kept."""
    settings = load_file(FOLDER / "Pulumi.production.yaml")

    def program() -> None:
        base = foundation.build(settings)
        people = access.build(settings, base)
        below = delivery.build(settings, base, people)
        argocd.build(settings, base, people, below, namespaces.build(settings, below))

    made = deploy(program)
    sets = made.all(f"{API}:ApplicationSet")
    served = {tier for tier, found in placed(catalog(), "production").items() if found}
    assert {one.inputs["metadata"]["name"] for one in sets} == served
    for one in sets:
        generator = one.inputs["spec"]["generators"][0]["git"]
        assert (generator["repoURL"], generator["files"]) == (SERVICES, [{"path": "versions/production.yaml"}])
        assert one.protect
    projects = {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in made.all(f"{API}:AppProject")}
    assert set(projects) == served | {"default"}
    assert {repository for spec in projects.values() for repository in spec["sourceRepos"]} == {SERVICES}
    provider = made.one("pulumi:providers:kubernetes")
    own = [one for one in made.resources if one.type.startswith("kubernetes:")]
    assert {one.request.provider.rpartition("::")[0] for one in own} == {provider.urn}
    maps = {one.inputs["metadata"]["name"]: one.inputs.get("data") for one in made.all("kubernetes:core/v1:ConfigMap")}
    assert maps["services"] == {f"{name}.service": place for name, place in places(catalog(), "production").items()}
    told = maps["argocd-cm"]
    assert told is not None
    assert told["url"] == f"https://argocd.{settings.tailnet}"
    assert json.loads(told["oidc.config"])["issuer"] == ISSUER
