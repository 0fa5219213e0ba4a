"""What ``make lab`` declares, serves and shows."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli import delivery_lab
from cli.charts_repository import git
from lib.labels import PART_OF, PLATFORM, TIER
from sandbox.argocd import objects
from sandbox.argocd.lab import Lab


def application(sync: str = "Synced", health: str = "Healthy", name: str = "billing") -> dict[str, Any]:
    """An Application that the set of the core's services made."""
    helm = {"parameters": [{"name": "image.digest", "value": "sha256:" + "ab" * 32}]}
    spec = {
        "project": "core",
        "destination": {"namespace": "payments"},
        "source": {"path": "service/1.0.0", "helm": helm},
    }
    metadata = {"name": name, "labels": {PART_OF: PLATFORM, TIER: "core"}}
    return {"metadata": metadata, "spec": spec, "status": {"sync": {"status": sync}, "health": {"status": health}}}


def test_table_says_what_is_and_what_no_line_names() -> None:
    """Sync, health, chart and image; an orphan is marked, and one of which nothing is known stays readable."""
    fresh = application(name="fresh")
    del fresh["status"], fresh["spec"]["source"]["helm"]
    shown = delivery_lab.table(
        {"billing": application(), "old": application("OutOfSync", "Degraded", "old"), "fresh": fresh},
        {"billing": "core/payments", "fresh": "core/payments"},
    )
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123 - thrown away
    console.print(shown)
    lines = {line.split()[1]: line for line in console.export_text().splitlines() if len(line.split()) > 4}
    assert "service/1.0.0" in lines["billing"]
    assert "sha256:abababababab" in lines["billing"]
    assert "(orphan)" not in lines["billing"]
    assert "old (orphan)" in lines["old"]
    assert "Degraded" in lines["old"]
    assert lines["fresh"].count("Unknown") == 2


def test_repository_is_made_once(tmp_path: Path) -> None:
    """What was pushed to it stays."""
    where = Lab(folder=tmp_path)
    bare = delivery_lab.serve(where)
    assert "versions/dev.yaml" in git(bare, "ls-tree", "-r", "--name-only", "main")
    before = git(bare, "rev-parse", "main")
    assert delivery_lab.serve(where) == bare
    assert git(bare, "rev-parse", "main") == before


def test_without_argo_cd_it_says_what_declares_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is applied to a cluster on which `make up` has not run; else what EKS's add-on for secrets brings."""
    applied: list[str] = []
    there: dict[str, Any] = {}
    monkeypatch.setattr(Lab, "api", property(lambda _: None))
    monkeypatch.setattr(objects, "listed", lambda *_: there)
    monkeypatch.setattr(objects, "apply", lambda _, made: applied.extend(one["kind"] for one in made))
    with pytest.raises(RuntimeError, match="make up STACK=dev"):
        delivery_lab.declare(Lab(folder=tmp_path), "dev")
    assert not applied
    there["argocd"] = {}
    delivery_lab.declare(Lab(folder=tmp_path), "dev")
    assert {*applied} == {"CustomResourceDefinition"}


def test_waiting_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As soon as all are healthy, or when time runs out."""
    monkeypatch.setattr(Lab, "api", property(lambda _: None))
    monkeypatch.setattr(objects, "listed", lambda *_: {"billing": application()})
    assert delivery_lab.settled(Lab(folder=tmp_path), 1, 0)
    assert not delivery_lab.settled(Lab(folder=tmp_path), 2, 0)
