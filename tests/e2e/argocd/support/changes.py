"""Maps of Argo CD with one wrong value each, and the check of the module that must see it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.access.argocd import CLOSED
from tests.e2e.argocd.support.judge import Judge
from tests.e2e.argocd.support.signed_in import PASSWORD, PERSON, SignedIn

APPLICATIONS: Final = "/api/v1/applications"
RBAC: Final = "argocd-rbac-cm"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A map with one wrong value, and the check that must see it."""

    name: str
    map: str
    data: Callable[[Mapping[str, str]], dict[str, str]]
    seen: Callable[[SignedIn, Judge], bool]


def signs_in(where: SignedIn) -> list[str] | None:
    """The groups of a person who tried to; None where that did not work."""
    browser = where.browser(PERSON)
    pages = browser.visit(f"{where.url}/auth/login")
    known = where.user_info(browser) if len(pages) == 4 else {}
    return list(known.get("groups") or ()) if known.get("loggedIn") else None


def oidc(**changes: Any) -> Callable[[Mapping[str, str]], dict[str, str]]:
    """The same ``oidc.config`` with other values."""
    return lambda data: {"oidc.config": json.dumps({**json.loads(data["oidc.config"]), **changes})}


CHANGES: Final = (
    Change(
        name="everybody is a viewer",
        map=RBAC,
        data=lambda _: {"policy.default": "role:viewer"},
        seen=lambda _, judge: bool(list(judge.rights("nobody", ()))),
    ),
    Change(
        name="everybody reads, and Argo CD's roles are open",
        map=RBAC,
        data=lambda data: {"policy.default": "role:readonly", "policy.csv": data["policy.csv"].replace(CLOSED, "")},
        seen=lambda _, judge: bool(list(judge.rights("nobody", ()))),
    ),
    Change(
        name="Argo CD's roles are open",
        map=RBAC,
        data=lambda data: {"policy.csv": data["policy.csv"].replace(CLOSED, "")},
        seen=lambda _, judge: any("delete applications" in said for said in judge.rights("admin", ("admin",))),
    ),
    Change(
        name="an operator deletes",
        map=RBAC,
        data=lambda data: {"policy.csv": f"{data['policy.csv']}p, role:operator, applications, delete, */*, allow\n"},
        seen=lambda _, judge: bool(list(judge.rights("engineering", ("engineering",)))),
    ),
    Change(
        name="an administrator",
        map="argocd-cm",
        data=lambda _: {"admin.enabled": "true"},
        seen=lambda where, _: where.session(PASSWORD)[0] == 200,
    ),
    Change(
        name="no sign-in is needed",
        map="argocd-cm",
        data=lambda _: {"users.anonymous.enabled": "true"},
        seen=lambda where, _: where.call("GET", APPLICATIONS)[0] == 200,
    ),
    Change(
        name="no PKCE",
        map="argocd-cm",
        data=oidc(enablePKCEAuthentication=False),
        seen=lambda where, _: signs_in(where) is None,
    ),
    Change(
        name="no groups are asked for",
        map="argocd-cm",
        data=oidc(requestedScopes=["openid", "profile", "email"]),
        seen=lambda where, _: signs_in(where) == [],
    ),
)
