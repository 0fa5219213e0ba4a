"""``make policy-charts``: manifests are judged and shown in every form; what is missing is one sentence."""

import json
from pathlib import Path

import pytest
import yaml

from cli import application as cli
from tests.policy.support.kubernetes import CONTAINER, METADATA, POD, changed

BAD = {"apiVersion": "v1", "kind": "Pod", "metadata": METADATA, "spec": changed(POD, ("hostPID", True))}


def judged(folder: Path, *bodies: object, options: tuple[str, ...] = ()) -> int:
    """The command's exit code for a folder that holds these manifests."""
    folder.mkdir(exist_ok=True)
    (folder / "all.yaml").write_text(yaml.safe_dump_all([json.loads(json.dumps(body)) for body in bodies]))
    return cli.main(["policy-charts", "--manifests", str(folder), *options])


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_command_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """1 where something is mandatory, 0 where nothing is."""
    also = {**BAD, "spec": {"containers": [CONTAINER]}}
    assert judged(tmp_path / "bad", BAD, also, options=("--format", form)) == 1
    printed = capsys.readouterr().out
    assert "spec.hostPID is True" in printed
    assert form == "json" or "2 resources judged" in printed
    assert form != "json" or json.loads(printed)["findings"]
    assert judged(tmp_path / "good", {**BAD, "spec": POD}, options=("--stack", "dev", "--format", form)) == 0


def test_a_path_is_that_of_the_callers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was typed, wherever the project lies."""
    judged(tmp_path / "bad", BAD)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["policy-charts", "--manifests", "bad/all.yaml"]) == 1


def test_the_charts_are_rendered_where_no_manifests_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """All services of an environment, without a finding."""
    assert cli.main(["policy-charts", "--stack", "dev"]) == 0
    assert "0 mandatory, 0 advisory; " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--stack", "devv", "--manifests", "x"], "is no environment"),
        (["--manifests", "nothing.yaml"], "cannot be read"),
    ],
)
def test_what_is_missing_is_said(options: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert cli.main(["policy-charts", *options]) == 2
    assert says in capsys.readouterr().err
