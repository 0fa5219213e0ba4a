"""The light reader of the access model says what the model says."""

import datetime as dt
from pathlib import Path

import pytest

from models.access.loader import ACCESS, load_access
from models.access.model import ENVIRONMENTS
from policy.facts import grants

TODAY = dt.date(2026, 11, 25)
LATER = dt.date(2031, 1, 1)


@pytest.mark.parametrize("day", [TODAY, LATER])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_agrees_with_the_model(environment: str, day: dt.date) -> None:
    """Groups, resources and grants of each environment, also after some have expired."""
    model = load_access(today=TODAY).for_environment(environment, day)
    read = grants.load(environment, day)
    assert {name: (group.kind, group.tier) for name, group in model.groups.items()} == {
        name: (group.kind, group.tier) for name, group in read.groups.items()
    }
    assert {name: (r.kind, r.tier, r.ports, r.reached) for name, r in model.resources.items()} == {
        name: (r.kind, r.tier, r.ports, r.reached) for name, r in read.resources.items()
    }
    assert [(g.group, g.resource, g.ports) for g in model.grants] == [
        (g.group, g.resource, g.ports) for g in read.grants
    ]
    assert grants.FILE == ACCESS


def test_the_rule_reads_today() -> None:
    """The grants in force are those of the day and the environment."""
    assert grants.current("dev") == grants.load("dev", dt.datetime.now(dt.UTC).date())


def test_ports_by_tier_and_group() -> None:
    """What a tier or a group is granted; a subnet without a tier is granted nothing."""
    model = grants.load("production", TODAY)
    assert model.of_tier("private", "core-database") == {5432}
    assert model.of_tier("public", "core-database") == model.of_tier("", "core-database") == frozenset()
    assert model.of_group("on-call", "core-database") == {5432}
    assert model.of_group("support", "core-database") == frozenset()


def test_ports_by_function() -> None:
    """What the function of that name is granted, and no group of another kind that is called so."""
    model = grants.load("production", TODAY)
    assert model.of_function("argocd-token", "kubernetes-api") == {443}
    assert model.of_function("ci", "kubernetes-api") == model.of_function("", "kubernetes-api") == frozenset()
    assert model.of_tier("private", "kubernetes-api") == frozenset()
    assert {"engineering", "ci"} <= {*model.on_tailnet()}
    assert not {"argocd-token", "workloads"} & {*model.on_tailnet()}


def test_malformed_files_raise(tmp_path: Path) -> None:
    """A pack that cannot read its grants must not start."""
    (tmp_path / "access.yaml").write_text("groups: {a: {}}\nresources: {}\n")
    with pytest.raises(KeyError):
        grants.load("dev", TODAY, tmp_path / "access.yaml")


def test_the_model_of_the_program_that_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is another one than that beside the rules, where the command names it."""
    other = tmp_path / "access.yaml"
    other.write_text("groups: {}\nresources: {}\n")
    monkeypatch.setenv(grants.VARIABLE, str(other))
    assert grants.current.__wrapped__("dev") == grants.Grants({}, {}, ())
