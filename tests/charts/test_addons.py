"""Charts of others are what their makers published, wrapped with values of ours that hold no secret and no tag."""

import datetime as dt
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from lib.yaml_file import ROOT
from models.charts import checksums
from models.roadmap.waiver import WaiverFile
from policy.core.due import load_due_dates
from policy.facts import manifests
from reports.manifests import judge
from tests.support.depth import deep
from toolchain import go_build, helm

MODULE = ROOT / "toolchain" / "go" / "tailscale"
OPERATOR = ROOT / "charts" / "addons" / "tailscale-operator"
(VERSION,) = re.findall(r"tailscale\.com v(\S+)", (MODULE / "go.mod").read_text(encoding="utf-8"))[:1]
IMAGES = ("operatorConfig", "proxyConfig")
DIGESTS = {f"tailscale-operator.{name}.image.digest": f"sha256:{'ab' * 32}" for name in IMAGES}
STANDING = {
    ("sec-01-no-plaintext-secrets", "Deployment"),
    ("sec-07-api-tokens", "Deployment"),
    ("sec-07-kubernetes-roles", "Role"),
}
"""What the platform's rules say of the operator as its makers write it; charts/README.md says so."""


def rendered(values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What Helm makes of the wrapper."""
    settings = [text for key, value in values.items() for text in ("--set-string", f"{key}={value}")]
    command = [str(helm.find()), "template", "operator", str(OPERATOR / VERSION), "--namespace", "tailscale"]
    return subprocess.run(
        [*command, "--include-crds", "--kube-version", "1.34.4", *settings], capture_output=True, text=True, check=False
    )


def test_every_add_on_is_released_and_untouched() -> None:
    """With a sum for each file, and no folder beside."""
    for folder in checksums.folders():
        assert list(checksums.problems(folder)) == []
        assert checksums.released(folder) == {path.name for path in folder.iterdir() if path.is_dir()}
    assert OPERATOR in checksums.folders()


def test_it_is_rendered_with_its_credential_as_files_and_without_a_secret(tmp_path: Path) -> None:
    """And the rules say of it what is known, and nothing else."""
    done = rendered(DIGESTS)
    assert done.returncode == 0, done.stderr
    bodies = [body for body in yaml.safe_load_all(done.stdout) if body]
    assert "Secret" not in {body["kind"] for body in bodies}
    (deployment,) = [body for body in bodies if body["kind"] == "Deployment"]
    spec = deployment["spec"]["template"]["spec"]
    (volume,) = spec["volumes"]
    (credential,) = [body for body in bodies if body["kind"] == "SecretProviderClass"]
    assert volume["csi"]["volumeAttributes"]["secretProviderClass"] == credential["metadata"]["name"]
    (source,) = yaml.safe_load(credential["spec"]["parameters"]["objects"])
    names = {variable["name"]: variable.get("value", "") for variable in spec["containers"][0]["env"]}
    files = {f"/oauth/{one['objectAlias']}" for one in source["jmesPath"]}
    assert files == {names["CLIENT_ID_FILE"], names["CLIENT_SECRET_FILE"]}
    assert names["PROXY_IMAGE"].endswith(f"@sha256:{'ab' * 32}")
    (tmp_path / "operator.yaml").write_text(done.stdout)
    found = manifests.load([tmp_path / "operator.yaml"], "charts-production")
    someday = dt.date(2099, 1, 1)
    verdict = judge(found, ledger=load_due_dates(), waivers=WaiverFile(), today=someday)
    assert {(one.policy, one.resource.split()[0]) for one in verdict.findings} == STANDING


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_without_a_digest_is_refused(name: str) -> None:
    """By the name of its key."""
    key = f"tailscale-operator.{name}.image.digest"
    done = rendered({other: value for other, value in DIGESTS.items() if other != key})
    assert done.returncode != 0
    assert f"{key}: is not sha256" in done.stderr


def test_a_credential_in_values_is_refused() -> None:
    """It would be a Secret, and stand in this repository."""
    done = rendered({**DIGESTS, "tailscale-operator.oauth.clientId": "k123"})
    assert done.returncode != 0
    assert "tailscale-operator.oauth: is given" in done.stderr


@deep
def test_vendored_files_are_those_of_the_module_that_builds_the_tailnets_programs() -> None:
    """Word for word; go.sum pins the module."""
    deploy = go_build.dependency(MODULE, "tailscale.com") / "cmd" / "k8s-operator" / "deploy"
    for theirs, ours in (("chart", "charts/tailscale-operator"), ("crds", "crds")):
        there = {path.relative_to(deploy / theirs): path.read_bytes() for path in (deploy / theirs).rglob("*.*")}
        here = {path.relative_to(OPERATOR / VERSION / ours): path for path in (OPERATOR / VERSION / ours).rglob("*.*")}
        assert {path for path in there.keys() ^ here.keys() if path.name != ".gitignore"} == set()
        assert all(path.read_bytes() == there[name] for name, path in here.items())
        print(f"{theirs}: {len(here)} of {len(here)} files as published")
