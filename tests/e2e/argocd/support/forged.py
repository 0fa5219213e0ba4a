"""Tokens that nobody may take for those of an engineer, or of an administrator."""

import base64
import time

from tests.e2e.argocd.support.signed_in import PERSON, PLACE, SignedIn
from tests.e2e.support.tokens import SigningKey, by_secret, without_algorithm


def forged(where: SignedIn) -> dict[str, str]:
    """Tokens that say that they are of an engineer."""
    good = {**where.provider.claims(PERSON), "groups": ["engineering"]}
    key, now = where.provider.key, int(time.time())
    secret = base64.b64decode(where.api.call("GET", f"{PLACE}/secrets/argocd-secret")["data"]["server.secretkey"])
    head, _, signature = key.sign(good).split(".")
    changed = key.sign({**good, "groups": ["engineering", "admin"]}).split(".")[1]
    local = {"iss": "argocd", "sub": "admin:login", "iat": now, "exp": now + 600, "jti": "1"}
    return {
        "another issuer": key.sign({**good, "iss": "https://accounts.other.example"}),
        "issuer with a slash": key.sign({**good, "iss": f"{good['iss']}/"}),
        "no issuer": key.sign({name: value for name, value in good.items() if name != "iss"}),
        "another audience": key.sign({**good, "aud": "grafana"}),
        "no audience": key.sign({name: value for name, value in good.items() if name != "aud"}),
        "audience in other capitals": key.sign({**good, "aud": "ArgoCD"}),
        "expired": key.sign({**good, "iat": now - 7200, "exp": now - 3600}),
        "no end": key.sign({name: value for name, value in good.items() if name != "exp"}),
        "not yet valid": key.sign({**good, "nbf": now + 3600}),
        "another key of the same name": SigningKey("1").sign(good),
        "another key": SigningKey("2").sign(good),
        "changed after it was signed": f"{head}.{changed}.{signature}",
        "without a signature": f"{head}.{changed}.",
        **{f"algorithm {name}": without_algorithm(good, name) for name in ("none", "None", "NONE", "")},
        "public key as a secret": by_secret(good, key.pem()),
        "Argo CD's secret for the provider's issuer": by_secret(good, secret),
        "Argo CD's issuer, no secret": by_secret(local, b""),
        "Argo CD's issuer, provider's key": key.sign(local),
        "administrator's session of before": by_secret(local, secret),
        "no token": "engineering",
    }
