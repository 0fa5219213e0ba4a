"""The scanners, in the order in which they run."""

import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

from reports.scan import gitleaks, sarif
from reports.scan.scanner import HOUSE, Call, CannotRunError, Environment, Scanner
from toolchain import cache, programs

BIN = Path(sys.executable).parent
"""The programs of this repository's environment."""


def _ruff(_root: Path, _environment: Environment) -> Call:
    """The house's security rules: all of S but what pyproject.toml excepts, with its reasons, for everybody."""
    config = HOUSE / "pyproject.toml"
    ignored = tomllib.loads(config.read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]["ignore"]
    excepted = ",".join(code for code in ignored if re.fullmatch(r"S\d+", code))
    rules = ("--config", config, "--select", "S", "--ignore", excepted)
    return Call(command=(BIN / "ruff", "check", "--quiet", "--no-cache", *rules, "--output-format", "sarif", "."))


def _zizmor(_root: Path, environment: Environment) -> Call:
    online = bool(environment.get("GH_TOKEN"))
    missing = "" if online else "actions with known holes, commits foreign to their repository: set GH_TOKEN"
    flags = ("--persona", "auditor", "--quiet", "--no-progress", *(() if online else ("--offline",)))
    command = (BIN / "zizmor", *flags, "--format", "sarif", ".github")
    return Call(command=command, codes=frozenset({0}), left_out=missing)


def _actionlint(root: Path, environment: Environment) -> Call:
    shellcheck = shutil.which("shellcheck", path=os.pathsep.join([str(BIN), environment.get("PATH", os.defpath)]))
    missing = "" if shellcheck else "shell scripts in workflows: PyPI has no shellcheck for this machine; install it"
    files = sorted(path.relative_to(root) for path in (root / ".github" / "workflows").glob("*.y*ml"))
    flags = ("-shellcheck", shellcheck or "", "-pyflakes", "", "-no-color", "-format", "{{json .}}")
    return Call(
        command=(programs.find("actionlint"), *flags, *files),
        convert=lambda text: sarif.from_actionlint(text, programs.pinned_version("actionlint")),
        left_out=missing,
    )


def _uv(_root: Path, environment: Environment) -> Call:
    uv = cache.uv()
    if not uv:
        raise CannotRunError("uv is neither in $UV nor on PATH nor in the cache; `make scan` brings it")
    url = environment.get("OSV_URL")  # a mirror of the advisories
    flags = ("--frozen", "--preview-features", "audit-command", *(("--service-url", url) if url else ()))
    retries = {"UV_HTTP_RETRIES": environment.get("UV_HTTP_RETRIES", "1")}
    return Call(command=(uv, "audit", *flags, "--output-format", "sarif"), environment=retries)


def _advisories_were_reached(_root: Path, stderr: str) -> None:
    if "error sending request" in stderr:
        raise CannotRunError("the advisories of https://osv.dev are out of reach from here; CI asks them")


SCANNERS = (
    *gitleaks.SCANNERS,
    Scanner(name="ruff", looks_for="insecure code", needs=".", call=_ruff),
    Scanner(name="zizmor", looks_for="workflows that can be abused", needs=".github", call=_zizmor),
    Scanner(name="actionlint", looks_for="workflows that are wrong", needs=".github/workflows", call=_actionlint),
    Scanner(name="uv", looks_for="vulnerable dependencies", needs="uv.lock", call=_uv, judge=_advisories_were_reached),
)
