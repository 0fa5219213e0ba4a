"""The stand-in for the identity provider is as strict as what it stands for: else sign-ins by it would prove little."""

import base64
import hashlib
import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.e2e.support.browser import Browser, Host
from tests.e2e.support.identity_provider import IdentityProvider
from tests.e2e.support.tokens import encoded

pytestmark = pytest.mark.e2e
PERSON = "ada@nationgraph.example"
CALLBACK = "https://tool.example/auth/callback"
VERIFIER = "verifier-" * 5
ASKED = {
    "client_id": "tool",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": "any",
    "code_challenge": encoded(hashlib.sha256(VERIFIER.encode()).digest()),
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    """One with a client that has an address on the web and one on people's machines."""
    redirects = [CALLBACK, "http://localhost/auth/callback"]
    folder, people = tmp_path_factory.mktemp("provider"), {PERSON: ["engineering"]}
    made = IdentityProvider(folder, "https://accounts.nationgraph.example", "tool", redirects, people)
    yield made
    made.close()


@pytest.fixture
def browser(provider: IdentityProvider) -> Browser:
    """Of somebody who signed in to the provider."""
    made = visitor(provider)
    made.put(provider.issuer, "session", provider.sign_in(PERSON))
    return made


def visitor(provider: IdentityProvider) -> Browser:
    """A browser that trusts the provider's certificate."""
    tls = ssl.create_default_context(cafile=str(provider.certificate))
    return Browser({provider.host: Host(port=provider.port, tls=tls, name=provider.host, proxy=True)})


def answer(browser: Browser, provider: IdentityProvider, **changes: str) -> Mapping[str, str]:
    """What the client is told at its callback; nothing where the browser is not sent there."""
    page = browser.step(f"{provider.issuer}/authorize?{urlencode({**ASKED, **changes})}")
    query = parse_qs(urlsplit(page.headers.get("Location", "")).query)
    return {key: value for key, (value,) in query.items()}


def exchange(browser: Browser, provider: IdentityProvider, code: str, **changes: str) -> tuple[int, Any]:
    """What the token endpoint says to a code."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    form |= {key: ASKED[key] for key in ("client_id", "redirect_uri")}
    page = browser.step(f"{provider.issuer}/token", urlencode({**form, **changes}))
    return page.status, page.data


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("client_id", "other", ""),
        ("redirect_uri", f"{CALLBACK}/", ""),
        ("redirect_uri", "https://tool.example.evil.example/auth/callback", ""),
        ("redirect_uri", "http://localhost:8085/elsewhere", ""),
        ("response_type", "id_token", "unsupported_response_type"),
        ("scope", "email", "invalid_scope"),
        ("state", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", VERIFIER[:42], "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
    ],
)
def test_no_code_for_a_wrong_request(
    browser: Browser, provider: IdentityProvider, key: str, value: str, error: str
) -> None:
    """An address or client that is not registered is not told anything either."""
    told = answer(browser, provider, **{key: value})
    assert told.get("error", "") == error
    assert "code" not in told


def test_no_code_for_who_has_not_signed_in(provider: IdentityProvider) -> None:
    """The client is told so."""
    assert answer(visitor(provider), provider)["error"] == "login_required"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "other"}, "invalid_client"),
        ({"client_secret": "any"}, "invalid_client"),  # pragma: allowlist secret
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"redirect_uri": "http://localhost:8085/auth/callback"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": "a" * 43}, "invalid_grant"),
        ({"code_verifier": ASKED["code_challenge"]}, "invalid_grant"),
    ],
)
def test_no_token_for_a_wrong_exchange(
    browser: Browser, provider: IdentityProvider, changes: dict[str, str], error: str
) -> None:
    """Of another client or address, with a secret, or without the verifier of the challenge."""
    status, said = exchange(browser, provider, answer(browser, provider)["code"], **changes)
    assert (status, said["error"]) == (401 if error == "invalid_client" else 400, error)


def test_a_code_is_good_for_one_try(browser: Browser, provider: IdentityProvider) -> None:
    """The second one gets nothing, whether the first was right or wrong; claims are those of the scopes."""
    code = answer(browser, provider, scope="openid groups")["code"]
    status, said = exchange(browser, provider, code)
    claims = json.loads(base64.urlsafe_b64decode(said["id_token"].split(".")[1] + "=="))
    assert status == 200
    assert claims["groups"] == ["engineering"]
    assert not {"email", "name"} & set(claims)
    assert exchange(browser, provider, code)[1]["error"] == "invalid_grant"
    code = answer(browser, provider)["code"]
    assert exchange(browser, provider, code, code_verifier="a" * 43)[0] == 400
    assert exchange(browser, provider, code)[0] == 400
