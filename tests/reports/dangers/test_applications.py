"""Dangers of Argo CD's objects: applications, their guards, and what they delete."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.reports.support.objects import said, thing, told
from tests.support.resources import Res

SET, APPLICATION = "argoproj.io/v1alpha1:ApplicationSet", "argoproj.io/v1alpha1:Application"


def project(**spec: Any) -> Res:
    """Of Argo CD."""
    return thing("argoproj.io/v1alpha1:AppProject", spec={"sourceRepos": ["https://a"], **spec})


def test_projects() -> None:
    """What they may deploy besides."""
    assert said([project()], [project(sourceRepos=["https://a", "*"])]) == ["AppProject it also allows sourceRepos *"]
    more = project(destinations=[{"namespace": "x", "server": "s"}])
    assert said([project()], [more]) == ["AppProject it also allows destinations x s"]
    assert said([more], [project()]) == []


def sets(names: Sequence[str] = ("a", "b"), policy: Any = None, **template: Any) -> Res:
    """An ApplicationSet with a list."""
    guards = {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    elements = [{"service": name} for name in names]
    spec = {"generators": [{"list": {"elements": elements}}], "syncPolicy": policy or guards, "template": template}
    return thing(SET, spec=spec)


FINALIZER = "resources-finalizer.argocd.argoproj.io"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (sets(), sets(["a"]), ["no longer makes b"]),
        (sets(["a"]), sets(), []),
        (sets(), None, ["its applications stay and nobody updates them"]),
        (sets(policy={"applicationsSync": "sync"}), None, ["what it deployed may go with it"]),
        (sets(), sets(policy={"applicationsSync": "sync", "preserveResourcesOnDeletion": True}),
         ["deletes applications that a generator does not return any more"]),
        (sets(), sets(policy={"applicationsSync": "create-only"}), ["takes what its applications deployed with it"]),
        (sets(), sets(spec={"syncPolicy": {"automated": {"allowEmpty": True}}}), ["renders to nothing"]),
        (sets(), sets(metadata={"finalizers": [FINALIZER]}), ["spec.template.metadata.finalizers"]),
        (thing(APPLICATION), None, ["Application it is deleted"]),
        (thing(APPLICATION), thing(APPLICATION, metadata={"finalizers": [FINALIZER]}), ["takes what it deployed"]),
        (thing("core/v1:Namespace"), None, ["namespace it is deleted with everything in it"]),
        (thing("core/v1:ConfigMap", "services", data={"a.service": "x"}), None, []),
    ],
)  # fmt: skip
def test_applications(before: Res, after: Res | None, words: Sequence[str]) -> None:
    """What leaves, and the guards against it."""
    found = said([before], [after] if after else [])
    assert len(found) == len(words)
    for text, word in zip(found, words, strict=True):
        assert word in text


def listed(budget: str = "1", **services: str) -> Res:
    """The list of services."""
    data = {f"{name}.service": place for name, place in services.items()}
    metadata = {"annotations": {"nationgraph.io/deletion-budget": budget}}
    return thing("core/v1:ConfigMap", "services", "argocd", metadata=metadata, data=data)


def test_the_list_of_services() -> None:
    """Removed and moved ones, with the budget; added ones are no danger."""
    (found,) = told([listed(a="core/x", b="core/y", c="core/z")], [listed("2", b="core/y", c="core/new")])
    assert "a removed; c (core/z -> core/new) moved (the deletion budget is 2)" in found.sentence
    assert (found.severity, found.before) == ("high", "a, c")
    assert told([listed(a="core/x")], [listed(a="core/x", b="core/y")]) == []
    (gone,) = told([listed(a="x", b="y")], [])
    assert (gone.severity, "budget is 1" in gone.sentence) == ("critical", True)


def claim(options: str | None) -> Res:
    """What holds data, with Argo CD's options."""
    annotations = {"argocd.argoproj.io/sync-options": options} if options else {}
    return thing("core/v1:PersistentVolumeClaim", metadata={"annotations": annotations})


def test_confirmed_deletion() -> None:
    """A person's word that is not asked for any more."""
    (found,) = said([claim("Prune=confirm,Delete=confirm")], [claim("Prune=confirm")])
    assert "Delete needs no confirmation any more" in found
    assert said([claim("Prune=confirm,Delete=confirm")], [claim("Delete=false, prune=false")]) == []
