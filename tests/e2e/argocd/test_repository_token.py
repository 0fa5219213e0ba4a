"""Argo CD reads its repository by a token of an hour: the real function, API server and Argo CD, a strict GitHub."""

import base64
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError

import pytest

from cli import delivery_lab
from components.argocd.args import ArgoCdArgs, delivery, installation, namespace
from components.argocd.repository_token import RepositoryToken
from components.argocd.rights import TOKEN
from models.catalog.loader import load_catalog
from models.catalog.placement import namespaces
from sandbox.argocd import lab, objects
from sandbox.argocd.lab import Lab
from sandbox.kubernetes.api import APPLY, MERGE, Api
from tests.components.argocd.support.token import GROUP, token_arguments
from tests.conftest import Deploy
from tests.e2e.argocd.support import declared
from tests.e2e.argocd.support.laboratory import ARGO, REFRESH_SET, failed, until
from tests.e2e.argocd.support.repository import Repository
from tests.e2e.argocd.support.token_world import Ran, World, opened

pytestmark = pytest.mark.e2e
PLACE, NAME = TOKEN.split("/")
SECRETS = f"/api/v1/namespaces/{PLACE}/secrets"
ELSEWHERE = "payments/token"
WRITTEN = "eA=="
"""What somebody puts there by hand."""
JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
PRESIGNED = re.compile(r"k8s-aws-v1|X-Amz-Signature")
COULD_NOT = re.compile("authentication required|Repository not found|could not read Username|authorization failed")


@dataclass
class Scene:
    """The world with Argo CD in it. ``variables`` is the function's declared environment."""

    world: World
    variables: dict[str, str]
    args: ArgoCdArgs
    argocd: Lab
    repository: Repository
    runs: list[Ran] = field(default_factory=list)

    @property
    def api(self) -> Api:
        """The cluster, as its administrator."""
        return self.world.api

    def run(self, **other: str) -> Ran:
        """The function once more; what it wrote is looked through in the end."""
        self.runs.append(self.world.run(self.variables, **other))
        return self.runs[-1]

    def sets(self) -> dict[str, dict[str, Any]]:
        """The ApplicationSets."""
        return objects.listed(self.api, ARGO, "ApplicationSet", PLACE)

    def look(self) -> None:
        """Have every set ask Git anew."""
        for name in self.sets():
            for value in (None, "true"):
                body = {"metadata": {"annotations": {REFRESH_SET: value}}}
                self.api.call("PATCH", objects.path(ARGO, "ApplicationSet", PLACE, name), body, kind=MERGE)

    def refused(self) -> bool:
        """Whether every set says that Git did not let it read."""
        said = [str(one.get("status", {}).get("conditions", "")) for one in self.sets().values()]
        return bool(said) and all(failed(one) for one in self.sets().values()) and all(map(COULD_NOT.search, said))

    def reads(self) -> bool:
        """Whether no set has anything to complain of."""
        return not any(failed(one) for one in self.sets().values())

    def applications(self) -> dict[str, dict[str, Any]]:
        """The Applications by name."""
        return objects.listed(self.api, ARGO, "Application", PLACE)

    def revisions(self) -> set[str]:
        """The commits at which Argo CD compared its Applications."""
        return {one.get("status", {}).get("sync", {}).get("revision", "") for one in self.applications().values()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account whose key has no material, a cluster, GitHub."""
    with opened(tmp_path_factory.mktemp("token"), GROUP) as made:
        yield made


@pytest.fixture
def scene(world: World, deploy: Deploy) -> Scene:
    """With what the program declares, and an Argo CD for which Git wants a token."""
    program = deploy(lambda: RepositoryToken("argocd-token", token_arguments()))
    variables = program.one("aws:lambda/function:Function").inputs["environment"]["variables"]
    catalog = load_catalog()
    args = declared.told(namespaces(catalog, "dev"))
    argocd = Lab(folder=world.where.folder, tokens=world.github.tokens)
    teams = [one for name in sorted(catalog.teams) for one in declared.team(name)]
    objects.apply(world.api, [*delivery_lab.definitions(), *teams, namespace(), *installation(args)])
    repository = Repository(argocd.repositories, world.folder / "work")
    lab.start(argocd)
    objects.apply(world.api, delivery(args))
    return Scene(world, variables, args, argocd, repository)


def test_a_token_of_an_hour(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """From a key without material to Argo CD that reads, past the end of a token, to what the function may not do.

    One scene in order, because each step stands on the one before it.
    """
    _without_material(scene)
    scene.look()
    until(scene.refused, "Git lets nobody read without a token")
    assert scene.applications() == {}

    printed = scene.world.import_key()
    assert not scene.world.pem.exists(), "the runbook leaves the private key nowhere"
    _makes_it(scene)
    scene.look()
    wanted = set(load_catalog().versions["dev"])
    until(lambda: set(scene.applications()) == wanted, "Argo CD has read the repository")
    until(lambda: scene.revisions() == {scene.repository.head}, "and compares what it says")

    _past_its_end(scene, wanted)
    _nothing_else(scene)
    _another_writes_it_back(scene)
    _who_is_not_let_in(scene)
    leaks = _leaks(scene, printed)
    with capsys.disabled():
        print(f"\n  tokens made: {len(scene.world.github.made)}; places looked through: {leaks}")


def _without_material(scene: Scene) -> None:
    ran = scene.run()
    assert ran.code == 1
    assert (ran.line["kind"], ran.line["Failed"]) == ("key", 1)
    assert "KMSInvalidStateException" in ran.line["error"]
    assert ran.line["error"].endswith("docs/runbooks/argocd-token.md says how a person imports it")
    assert scene.world.github.calls == []


def _makes_it(scene: Scene) -> None:
    """The first time: the Secret is made, by a manager of its own, with what Argo CD looks for."""
    with pytest.raises(HTTPError, match="not found"):
        scene.api.call("GET", f"{SECRETS}/{NAME}")
    ran = scene.run()
    assert ran.code == 0, ran.errors
    assert (ran.line["Succeeded"], ran.line["Secret"]) == (1, TOKEN)
    asked = json.loads(scene.world.github.calls[-1]["body"])
    assert asked == {"repositories": ["nationgraph-services"], "permissions": {"contents": "read"}}
    found = scene.api.call("GET", f"{SECRETS}/{NAME}")
    assert found["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "repo-creds"
    (managed,) = found["metadata"]["managedFields"]
    assert (managed["manager"], managed["operation"]) == ("nationgraph-argocd-token", "Apply")
    left = dt.datetime.fromisoformat(found["metadata"]["annotations"]["nationgraph.io/expires"]) - dt.datetime.now(
        dt.UTC
    )
    assert dt.timedelta(minutes=50) < left <= dt.timedelta(hours=1)


def _past_its_end(scene: Scene, wanted: set[str]) -> None:
    """An hour without the function: Argo CD reads no more and keeps what it has. With the next token it goes on."""
    scene.world.github.an_hour_passes()
    commit = scene.repository.commit(lambda work: (work / "README.md").write_text("changed\n"))
    scene.look()
    until(scene.refused, "a token that has ended opens nothing")
    assert set(scene.applications()) == wanted
    assert commit not in scene.revisions()
    assert scene.run().code == 0
    scene.look()
    until(scene.reads, "with a new token Argo CD reads again", 90)
    for name in wanted:
        body = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}
        scene.api.call("PATCH", objects.path(ARGO, "Application", PLACE, name), body, kind=MERGE)
    until(lambda: scene.revisions() == {commit}, "and sees what was merged meanwhile", 90)
    assert set(scene.applications()) == wanted


def _status(call: Callable[[], object]) -> int:
    try:
        call()
    except HTTPError as error:
        return error.code
    return 200


def _nothing_else(scene: Scene) -> None:
    """What the function's group may do, asked of the API server itself: that one name, and no reading."""
    acting = Api(scene.api.folder, scene.api.port, acting=("function", GROUP))
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME, "namespace": PLACE}}
    applied = "?fieldManager=test&force=true&dryRun=All"
    tries: dict[str, tuple[str, str, object, str]] = {
        "apply it": ("PATCH", f"{SECRETS}/{NAME}{applied}", body, APPLY),
        "read it": ("GET", f"{SECRETS}/{NAME}", None, APPLY),
        "list": ("GET", SECRETS, None, APPLY),
        "watch": ("GET", f"{SECRETS}?watch=true&timeoutSeconds=1", None, APPLY),
        "delete it": ("DELETE", f"{SECRETS}/{NAME}", None, APPLY),
        "apply another": (
            "PATCH",
            f"{SECRETS}/argocd-secret{applied}",
            {**body, "metadata": {"name": "argocd-secret", "namespace": PLACE}},
            APPLY,
        ),
        "make another": (
            "PATCH",
            f"{SECRETS}/mine{applied}",
            {**body, "metadata": {"name": "mine", "namespace": PLACE}},
            APPLY,
        ),
        "post": ("POST", f"{SECRETS}?dryRun=All", body, "application/json"),
        "elsewhere": (
            "PATCH",
            f"/api/v1/namespaces/payments/secrets/{NAME}{applied}",
            {**body, "metadata": {"name": NAME, "namespace": "payments"}},
            APPLY,
        ),
        "change Argo CD": ("PATCH", f"/api/v1/namespaces/{PLACE}/configmaps/argocd-cm", {"data": {}}, MERGE),
        "see pods": ("GET", "/api/v1/pods", None, APPLY),
    }

    def verdict(method: str, path: str, content: object, kind: str) -> int:
        return _status(lambda: acting.call(method, path, content, kind=kind))

    found = {what: verdict(*one) for what, one in tries.items()}
    assert found == {what: 200 if what == "apply it" else 403 for what in tries}


def _another_writes_it_back(scene: Scene) -> None:
    """Deleted it is made anew; what somebody put there by hand is set right, and only what the function owns."""
    scene.api.call("DELETE", f"{SECRETS}/{NAME}")
    assert scene.run().code == 0
    by_hand = {"data": {"password": WRITTEN}, "metadata": {"annotations": {"note": "kept"}}}
    scene.api.call("PATCH", f"{SECRETS}/{NAME}", by_hand, kind=MERGE)
    assert scene.run().code == 0
    found = scene.api.call("GET", f"{SECRETS}/{NAME}")
    assert found["data"]["password"] != WRITTEN
    assert found["metadata"]["annotations"]["note"] == "kept"


def _who_is_not_let_in(scene: Scene) -> None:
    """Another cluster's name, another authority, another App, another place: an error says which, and no token."""
    told = json.loads(scene.world.given(scene.variables)["CLUSTER"])
    other = json.dumps({**told, "name": "nationgraph-other"})
    github = scene.world.github.authority.read_bytes()
    strange = json.dumps({**told, "authority": base64.b64encode(github).decode()})
    for changed, kind, says in (
        ({"CLUSTER": other}, "cluster", "HTTP 401: it does not know the function's role"),
        ({"CLUSTER": strange}, "cluster", "no answer (SSLCertVerificationError)"),
        ({"SSL_CERT_FILE": "/dev/null"}, "GitHub", "no answer (SSLCertVerificationError)"),
        ({"GITHUB_INSTALLATION_ID": "1"}, "GitHub", "HTTP 404: it knows no installation 1 of this App"),
        ({"REPOSITORY": "https://github.com/nationgraph/other.git"}, "GitHub", "HTTP 422: the installation does not"),
        ({"GITHUB_CLIENT_ID": "Iv23liAnotherApp00000"}, "GitHub", "HTTP 401: it refuses the signature"),
        ({"SECRET": ELSEWHERE}, "cluster", "HTTP 403: the function's group may not write payments/token"),
    ):
        ran = scene.run(**changed)
        assert (ran.code, ran.line["kind"]) == (1, kind), ran.line
        assert says in ran.line["error"]


def _leaks(scene: Scene, printed: str) -> int:
    """No token, JWT or presigned URL is in what anybody wrote: the function, the import, Argo CD, the engine's folder.

    The API server's own storage and the file that the Git server reads are where tokens are.
    """
    written = {f"run {number}": run.output + run.errors for number, run in enumerate(scene.runs)}
    written["import"] = printed
    for path in sorted(scene.argocd.home.glob("*.log")):
        written[str(path)] = path.read_text(errors="replace")
    for path in sorted((scene.world.where.folder / "kubernetes").glob("*.log")):
        if path.stem != "etcd":
            written[str(path)] = path.read_text(errors="replace")
    for path in sorted((scene.world.where.folder / "backend").rglob("*")):
        if path.is_file():
            written[str(path)] = path.read_text(errors="replace")
    private = scene.world.github.made
    assert len(private) == len({*private}) >= 4
    for where, text in written.items():
        assert [number for number, token in enumerate(private) if token in text] == [], where
    for where in [key for key in written if key.startswith(("run", "import"))]:
        assert JWT.search(written[where]) is None, where
        assert PRESIGNED.search(written[where]) is None, where
    return len(written)
