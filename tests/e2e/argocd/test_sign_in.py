"""People sign in to the real Argo CD by PKCE, have the rights of their groups, and nobody else has any."""

import base64
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from models.access.loader import load_access
from tests.e2e.argocd.support.changes import APPLICATIONS, CHANGES, RBAC, Change, signs_in
from tests.e2e.argocd.support.forged import forged
from tests.e2e.argocd.support.judge import FEW, LONELY, Judge, look_alikes
from tests.e2e.argocd.support.rights import RESTART, standing, with_grant
from tests.e2e.argocd.support.signed_in import (
    ENVIRONMENT,
    PASSWORD,
    PERSON,
    PLACE,
    SERVICE,
    SignedIn,
    arguments,
    until,
)
from toolchain import kubernetes

pytestmark = pytest.mark.e2e
OTHER = "sam@studio.example"
EXTERNAL = "contractors"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedIn]:
    """Argo CD, its server and the provider; an administrator's password lies where one would."""
    made = SignedIn(tmp_path_factory.mktemp("sign-in"))
    try:
        made.plant_password()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def judge(where: SignedIn) -> Iterator[Judge]:
    """By the access model of the clone."""
    made = Judge(where)
    yield made
    print(f"questions and operations that the real server answered: {made.asked}")


@pytest.mark.parametrize("person", [PERSON, OTHER, "unknown@nationgraph.example"])
def test_browser_signs_in(where: SignedIn, person: str) -> None:
    """From Argo CD to the provider and back; the cookie is for this host, by TLS and out of scripts' reach."""
    browser = where.browser(person)
    pages = browser.visit(f"{where.url}/auth/login")
    assert [urlsplit(page.url).path for page in pages] == ["/auth/login", "/authorize", "/auth/callback", "/"]
    asked = {key: value for key, (value,) in parse_qs(urlsplit(pages[1].url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{where.url}/auth/callback"
    assert set(asked["scope"].split()) == {"openid", "profile", "email", "groups"}
    assert "client_secret" not in asked
    # Argo CD tries an empty secret in a header before it names itself in the body: a provider may not mind.
    assert all(said.startswith("invalid_client") for said in where.provider.refused)
    cookie = browser.cookie("argocd.token")
    assert cookie is not None
    assert cookie.secure
    assert cookie.domain == where.args.host
    assert cookie.has_nonstandard_attr("httpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    known = where.user_info(browser)
    assert (known["loggedIn"], known["username"], known["iss"]) == (True, person, where.provider.issuer)
    assert sorted(known.get("groups") or []) == list(where.people.get(person, []))
    seen = browser.step(f"{where.url}{APPLICATIONS}").data["items"] or []
    operator = any(standing(where.source, ENVIRONMENT, group) for group in where.people.get(person, ()))
    assert [one["metadata"]["name"] for one in seen] == ([SERVICE] if operator else [])
    pod = {"pod": SERVICE, "container": SERVICE, "appName": SERVICE, "projectName": "core", "namespace": "payments"}
    assert browser.step(f"{where.url}/terminal?{urlencode(pod)}").status == 404


def test_command_line_signs_in(where: SignedIn, tmp_path: Path) -> None:
    """By the same provider and without a secret, with its callback on the person's machine."""
    secret = where.api.call("GET", f"{PLACE}/secrets/argocd-secret")["data"]
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(base64.b64decode(secret["tls.crt"]) + where.provider.certificate.read_bytes())
    told = {"HTTPS_PROXY": f"http://127.0.0.1:{where.provider.port}", "SSL_CERT_FILE": str(trusted)}
    server = f"localhost:{where.port}"
    port = where.lab.ports()["sets-webhook"]  # of a part that does not run here
    words = ["login", server, "--sso", "--sso-launch-browser=false", f"--sso-port={port}"]
    with subprocess.Popen(
        [str(kubernetes.argocd()), *words],
        env=where.environment() | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            url = next(found[0] for line in lines if (found := re.search(r"https://\S+/authorize\S+", line)))
            until(lambda: listens(port), "the command line waits for its callback")
            assert where.browser(PERSON).visit(url)[-1].status == 200
            assert process.wait(30) == 0
        finally:
            process.kill()
    known = where.command("account", "get-user-info", "--output=json", **told)
    assert json.loads(known.stdout)["username"] == PERSON
    denied = where.command("app", "delete", SERVICE, "--yes", **told)
    assert "PermissionDenied" in denied.stderr


def listens(port: int) -> bool:
    """Whether somebody does, on this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


def test_a_code_is_worth_nothing_without_its_verifier(where: SignedIn) -> None:
    """Who reads somebody's callback cannot use it: not at the provider, and not by a sign-in of their own."""
    callback = f"{where.url}/auth/callback"
    for verifier in (None, "", "a" * 43):
        form = {"grant_type": "authorization_code", "client_id": "argocd", "redirect_uri": callback}
        stolen = where.browser(PERSON).visit(f"{where.url}/auth/login", until=callback)[-1].headers["Location"]
        form["code"] = parse_qs(urlsplit(stolen).query)["code"][0]
        form |= {} if verifier is None else {"code_verifier": verifier}
        page = where.browser().step(f"{where.provider.issuer}/token", urlencode(form))
        assert (page.status, page.data["error"]) == (400, "invalid_grant")
        assert "code_verifier" in page.data["error_description"]
    stolen = where.browser(PERSON).visit(f"{where.url}/auth/login", until=callback)[-1].headers["Location"]
    assert where.browser().step(stolen).status == 400
    thief = where.browser(OTHER)
    own = thief.visit(f"{where.url}/auth/login", until=callback)[-1].headers["Location"]
    code, state = (parse_qs(urlsplit(url).query)[key][0] for url, key in ((stolen, "code"), (own, "state")))
    page = thief.step(f"{callback}?{urlencode({'code': code, 'state': state})}")
    assert (page.status, thief.cookie("argocd.token")) == (500, None)
    assert "invalid_grant" in page.text


def test_rights_are_those_of_the_access_model(where: SignedIn, judge: Judge) -> None:
    """Every action on every resource: each group alone, somebody of all that have the same groups, and of none."""
    wrong = [said for group in where.groups for said in judge.rights(group, (group,))]
    for person in {tuple(groups): person for person, groups in where.people.items()}.values():
        token = where.provider.key.sign(where.provider.claims(person))
        wrong += judge.rights(person, where.people[person], token)
    wrong += judge.rights("nobody", ())
    assert wrong == []


def test_operations_are_done_or_refused(where: SignedIn, judge: Judge) -> None:
    """Each group tries everything for real. What may be done is; nothing else is, and nothing was made anew."""
    deployed = (
        "apis/apps/v1/namespaces/payments/deployments",
        "apis/argoproj.io/v1alpha1/namespaces/argocd/applications",
    )
    until(lambda: state(where) == ("Synced", "Healthy"), "the service is deployed", 60)
    before = [where.api.call("GET", f"/{path}/{SERVICE}") for path in deployed]
    wrong = [said for group in (*where.groups, "none") for said in judge.operations(group, (group,))]
    assert wrong == []
    deployment, application = (where.api.call("GET", f"/{path}/{SERVICE}") for path in deployed)
    assert [one["metadata"]["uid"] for one in before] == [one["metadata"]["uid"] for one in (deployment, application)]
    assert "kubectl.kubernetes.io/restartedAt" in deployment["spec"]["template"]["metadata"]["annotations"]
    by = [row["initiatedBy"].get("username") for row in application["status"]["history"]]
    assert "somebody@nationgraph.example" in by
    assert [row["metadata"]["name"] for row in where.api.call("GET", f"/{deployed[1]}")["items"]] == [SERVICE]


def state(where: SignedIn) -> tuple[str, str]:
    """Sync and health, as Argo CD says them of the service: what is not deployed yet can be healthy."""
    _, one = where.call("GET", f"{APPLICATIONS}/{SERVICE}", where.token("engineering"))
    status = one.get("status", {})
    return str(status.get("sync", {}).get("status")), str(status.get("health", {}).get("status"))


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("sync", {"syncOptions": {"items": ["Replace=true"]}}, "replace was disabled"),
        ("sync", {"revision": "feature/other"}, "Cannot sync to feature/other"),
        ("sync", {"revision": "0" * 40}, "Cannot sync to"),
        ("rollback", {"id": 0}, "auto-sync is enabled"),
    ],
)
def test_a_sync_brings_what_git_says(where: SignedIn, path: str, body: dict[str, Any], said: str) -> None:
    """Who may sync deploys no other commit, goes back to none, and makes no object anew."""
    status, answer = where.call("POST", f"{APPLICATIONS}/{SERVICE}/{path}", where.token("engineering"), body)
    assert status == 400
    assert said in answer["message"]


def test_who_is_not_employed_only_sees(where: SignedIn, judge: Judge, tmp_path: Path) -> None:
    """An access model that lets them reach Argo CD makes viewers of them; the command line says the same."""
    source = with_grant(where.source, EXTERNAL)
    (tmp_path / "access.yaml").write_text(source)
    told = arguments(load_access(tmp_path / "access.yaml").for_environment(ENVIRONMENT)).rbac
    viewer = Judge(where, source)
    with where.changed(RBAC, told):
        until(lambda: not list(viewer.rights(EXTERNAL, (EXTERNAL,))), "viewers see")
        assert list(viewer.operations(EXTERNAL, (EXTERNAL,))) == []
        assert viewer.sub_actions(("engineering", EXTERNAL, "data")) == []
        assert RESTART in viewer.allowed(("engineering",)) - viewer.allowed((EXTERNAL,))
    until(lambda: not list(judge.rights(EXTERNAL, (EXTERNAL,))), "the platform's map is back")
    judge.asked += viewer.asked


def test_names_that_are_not_a_groups_grant_nothing(where: SignedIn, judge: Judge) -> None:
    """Other capitals, blanks, letters that look alike, patterns, and the roles that Argo CD brings."""
    names = [*LONELY, *look_alikes("engineering")]
    assert [said for name in names for said in judge.rights(repr(name), (name,), actions=FEW)] == []
    for claims in ({"roles": ["engineering"]}, {"groups": [["engineering"]]}, {"groups": {"engineering": True}}):
        token = where.token(**{"groups": [], **claims})
        assert list(judge.rights(str(claims), (), token, FEW)) == []
    assert list(judge.rights("subject", (), where.token(sub="admin"), FEW)) == []


def test_forged_tokens_are_refused(where: SignedIn) -> None:
    """Each with 401, by header and by cookie, beside one that is right."""
    assert where.call("GET", APPLICATIONS, where.token("engineering"))[0] == 200
    found = {}
    for name, token in forged(where).items():
        browser = where.browser()
        browser.put(where.url, "argocd.token", token)
        found[name] = (where.call("GET", APPLICATIONS, token)[0], browser.step(f"{where.url}{APPLICATIONS}").status)
        assert not where.user_info(browser).get("loggedIn"), name
    assert found == dict.fromkeys(found, (401, 401))
    print(f"forged tokens refused: {len(found)}")


def test_nobody_has_a_password(where: SignedIn) -> None:
    """Not with the one that lies in the cluster; there is no account, and who has no token is asked to sign in."""
    for password in (PASSWORD, "", "admin", "argocd-server"):
        status, said = where.session(password)
        assert status == 401, (password, said)
    assert where.call("POST", "/api/v1/session", "", {"token": where.token("engineering")})[0] in (400, 401)
    assert not [key for key in where.data("argocd-cm") if key.startswith("accounts.")]
    for path in (APPLICATIONS, f"{APPLICATIONS}/{SERVICE}", "/api/v1/projects", "/api/v1/account", "/api/v1/clusters"):
        assert where.call("GET", path)[0] == 401, path


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_checks_fail_where_a_setting_is_wrong(where: SignedIn, judge: Judge, change: Change) -> None:
    """Each map with one other value is found by a check of this module, and by none once it is back."""
    assert not change.seen(where, judge)
    with where.changed(change.map, change.data(where.data(change.map))):
        until(lambda: change.seen(where, judge), f"{change.name} is seen")
    until(lambda: not change.seen(where, judge), f"{change.name} is over")
    until(lambda: signs_in(where) == where.people[PERSON], "people sign in")
