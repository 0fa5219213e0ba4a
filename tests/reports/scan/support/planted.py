"""Made-up secrets, put together when a test runs, so that no file holds anything that looks like one."""

import random
import string
import subprocess
from pathlib import Path

ALNUM = string.ascii_letters + string.digits
RANDOM = random.Random(20261124)  # noqa: S311 - the same made-up strings in every run


def some(count: int, letters: str = ALNUM) -> str:
    """Random characters, with as many kinds as a real key has."""
    return "".join(RANDOM.choices(letters, k=count))


UPPER = string.ascii_uppercase + "234567"
HEX = "0123456789abcdef"
DIGITS = "123456789"

SECRETS = {
    "AWS access key": "AKIA" + some(16, UPPER),
    "AWS temporary key": "ASIA" + some(16, UPPER),
    "GitHub token": "ghp_" + some(36),
    "GitHub fine-grained token": "github_pat_" + some(82),
    "GitHub app token": "ghs_" + some(36),
    "Slack bot token": f"xoxb-{some(12, DIGITS)}-{some(12, DIGITS)}-{some(24)}",
    "Slack webhook": "https://hooks.slack.com/services/" + some(44),
    "Stripe key": "sk_live_" + some(24),
    "Pulumi token": "pul-" + some(40, HEX),
    "Doppler token": "dp.pt." + some(43, string.ascii_lowercase + string.digits),
    "Tailscale auth key": f"tskey-auth-{some(12)}-{some(32)}",
    "Tailscale OAuth key": f"tskey-client-{some(12)}-{some(32)}",
    "Grafana service account": f"glsa_{some(32)}_{some(8, HEX)}",
    "npm token": "npm_" + some(36, string.ascii_lowercase + string.digits),
    "PyPI token": "pypi-AgEIcHlwaS5vcmc" + some(70),
    "Private key": f"-----BEGIN RSA {'PRIVATE KEY'}-----\n{some(64)}\n{some(64)}\n-----END RSA PRIVATE KEY-----",
    "PagerDuty key": f'pagerduty_api_key = "{some(20)}"',
    "Datadog key": f'datadog_api_key = "{some(40, HEX)}"',
    "Password in settings": f'database_password: "{some(24)}"',
    "Database URL": f"postgresql://app:{some(16)}@core.internal:5432/core",
    "Queue URL": f"amqps://app:{some(16)}@queue.internal/orders",
}
"""By what they would open; those of the providers that the roadmap names, and the ones that leak most."""


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    """What git prints, as somebody whose own settings play no part."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@nationgraph.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=check, timeout=60
    )
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """An empty repository on branch ``main``."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def commit(folder: Path, name: str, text: str | None) -> str:
    """Commit one file, or its removal; the commit's id."""
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"chore: {name}")
    return git(folder, "rev-parse", "HEAD")
