"""Secrets in plain text are recognised, ordinary settings are not taken for them."""

import base64
import random
import string
from collections.abc import Callable

import pytest
from detect_secrets.core.scan import scan_line
from detect_secrets.settings import default_settings

from lib.secret_formats import kind, looks_random, looks_secret, sensitive_name
from stacks.environments import ENVIRONMENTS
from stacks.files import FOLDER, read
from tests.policy.support.samples import HEX, OF_LIBRARY, OWN, drawn


def _random(alphabet: str, length: int) -> str:
    return "".join(random.Random(7).choices(alphabet, k=length))  # noqa: S311 - made up, and the same in every run


ALNUM = string.ascii_letters + string.digits
# Formats are assembled here, so that no scanner takes this file for a leak.
CREDENTIALS = {
    "AWS access key": "AKIA" + _random(string.ascii_uppercase + string.digits, 16),
    "AWS secret key": _random(ALNUM + "/+", 40),
    "GitHub": "ghp_" + _random(ALNUM, 36),
    "GitLab": "glpat-" + _random(ALNUM, 20),
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0." + _random(ALNUM, 43),
    "Slack": "xoxb-" + "123456789012-" + _random(string.ascii_lowercase, 24),
    "Slack webhook": "https://hooks.slack.com/services/" + "T0001/B0001/" + _random(ALNUM, 24),
    "Stripe": "sk_" + "live_" + _random(ALNUM, 24),
    "SendGrid": "SG." + _random(ALNUM, 22) + "." + _random(ALNUM, 43),
    "PyPI": "pypi-" + "AgEIcHlwaS5vcmc" + _random(ALNUM, 70),
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "password in a URL": "postgres://app:" + "correcthorse@db.internal/app",
    "OpenAI": "sk-" + _random(ALNUM, 20) + "T3BlbkFJ" + _random(ALNUM, 20),
}
OTHERS = {
    "Tailscale": "tskey-" + "auth-kAbCdEfGh-" + _random(ALNUM, 30),
    "Doppler": "dp." + "st.prd." + _random(ALNUM, 40),
    "Pulumi": "pul-" + _random("0123456789abcdef", 40),
    "Vault": "hvs." + _random(ALNUM, 24),
    "Google": "AIza" + _random(ALNUM, 35),
    "hexadecimal": _random("0123456789abcdef", 32),
    "password generator": _random(ALNUM, 24),
    "small letters and digits": _random(string.ascii_lowercase + string.digits, 32),
    "in a list": f'["{_random(ALNUM, 32)}"]',
}


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_finds_what_detect_secrets_finds(kind: str) -> None:
    """The scanner of the repository and the check of settings agree on the formats of vendors."""
    credential = CREDENTIALS[kind]
    with default_settings():
        assert list(scan_line(f'value = "{credential}"')), "the sample is no secret to detect-secrets"
    assert looks_secret(credential)


@pytest.mark.parametrize("kind", OTHERS)
def test_finds_formats_of_the_platform_and_random_text(kind: str) -> None:
    """Vendors that the platform uses, and values without any format."""
    assert looks_secret(OTHERS[kind])


@pytest.mark.parametrize(
    "encode", [base64.b64encode, base64.urlsafe_b64encode, bytes.hex], ids=["base64", "URL-safe", "hexadecimal"]
)
def test_finds_random_keys(encode: Callable[[bytes], bytes | str]) -> None:
    """Of 2,000 random keys of 32 bytes none passes, whatever the encoding."""
    source = random.Random(7)  # noqa: S311 - made up, and the same in every run
    encoded = [encode(source.randbytes(32)) for _ in range(2000)]
    texts = [text.decode() if isinstance(text, bytes) else text for text in encoded]
    assert [text for text in texts if not looks_secret(text)] == []


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_real_settings_are_no_secrets(stack: str) -> None:
    """Nothing in the stack files is taken for one."""
    for key, value in read(FOLDER / f"Pulumi.{stack}.yaml").config.items():
        assert not looks_secret(value), key
        assert not sensitive_name(key), key


@pytest.mark.parametrize(
    "value",
    [
        "nationgraph/platform-infrastructure-and-services",
        "platform-alerts+production@nationgraph.example",
        '["eu-central-1a","eu-central-1b","eu-central-1c"]',
        '["111122223333"]',
        "https://grafana.internal/d/abc/overview?from=now-6h",
        "arn:aws:iam::111122223333:role/platform-deploy",
        "postgres://db.internal:5432/app",
        "platform-alerts-production-grafana-overview-dashboard",
        "NationgraphPlatformInfrastructureProductionDatabase",
        "vpc-2026-production-eu-central-1-database-tier",
        "1234567890123456789012345678901234567890",
    ],
)
def test_ordinary_values_are_no_secrets(value: str) -> None:
    """Names, addresses, lists and long numbers pass."""
    assert not looks_secret(value)


@pytest.mark.parametrize(
    "key", ["dbPassword", "db-password", "api_key", "apiKey", "TOKEN", "clientSecret", "privateKey"]
)
def test_keys_that_name_a_secret(key: str) -> None:
    """In every spelling."""
    assert sensitive_name(key)


@pytest.mark.parametrize("key", ["key", "keyAlias", "passes", "compass", "costCentre", "monkey"])
def test_keys_that_only_sound_alike(key: str) -> None:
    """Part of a word is not enough."""
    assert not sensitive_name(key)


@pytest.mark.parametrize("secret", [*OF_LIBRARY.values(), *OWN.values()], ids=[*OF_LIBRARY, *OWN])
def test_every_format_is_found_within_text(secret: str) -> None:
    """A sample of each detector of detect-secrets, and of each vendor that it does not know."""
    assert kind(f"note {secret} end" if "\n" not in secret else secret)


@pytest.mark.parametrize(
    ("length", "alphabet", "share"),
    [
        (40, ALNUM + "+/", 0.98),
        (32, ALNUM, 0.95),
        (20, ALNUM, 0.85),
        (32, HEX, 0.93),
        (64, HEX, 0.98),
    ],
)
def test_random_strings_are_found(length: int, alphabet: str, share: float) -> None:
    """Most generated keys are found without a name or a format; the shares are measured over 500 draws."""
    found = sum(looks_random(drawn(length, alphabet), digests=True) for _ in range(500))
    assert found >= share * 500


@pytest.mark.parametrize("length", [32, 40, 64, 128])
def test_digests_alone_are_no_secrets(length: int) -> None:
    """Commits and sums stand everywhere; only a name makes them suspicious."""
    assert not any(looks_random(drawn(length, HEX)) for _ in range(100))
    assert not looks_random(f"{drawn(length - 9, HEX)}a12345678")  # whose end reads as the end of a logical id
