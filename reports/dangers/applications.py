"""Services that leave an environment, sets and applications of Argo CD that go, and guards against deletion."""

from collections.abc import Iterator, Mapping
from typing import Any

from lib import deletion_budget
from lib.shapes import mapping
from policy.facts import argocd
from policy.facts.kubernetes import Object, elements
from policy.facts.props import UNKNOWN, flag, get, number, texts
from policy.rules.inf_02.application_guards import FINALIZERS
from policy.rules.inf_02.confirmed_deletion import ANNOTATION, WAYS
from policy.rules.inf_03.application_sets import SYNC
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.objects import Twin, twins
from reports.dangers.words import field, said, several

LIST = "core/ConfigMap"
NAMESPACE = "core/Namespace"
HOLDERS = ("core/PersistentVolumeClaim", "core/PersistentVolume", "apps/StatefulSet")


def find(comparison: Comparison) -> Iterator[Danger]:
    """Object by object."""
    for twin in twins(comparison):
        called = twin.kind
        if called == LIST and twin.name == deletion_budget.LIST and _budget(twin) is not None:
            yield from _services(twin)
        elif called in (argocd.SET, argocd.APPLICATION):
            yield from _application(twin)
        elif called == NAMESPACE and twin.old and not twin.new:
            text = f"namespace {said(twin.name)} is deleted with everything in it"
            yield twin.danger(Kind.APPLICATIONS, Severity.CRITICAL, text)
        if called in HOLDERS and twin.old and twin.new:
            yield from _confirmation(twin)


def _budget(twin: Twin) -> Any:
    """What the list's annotation says, that of the change first; None for a ConfigMap that is another one."""
    stated = (get(one.pairs("annotations"), deletion_budget.ANNOTATION) for one in (twin.new, twin.old) if one)
    return next((text for text in stated if text is not None), None)


def _services(twin: Twin) -> Iterator[Danger]:
    """What leaves the list of services, or moves: what ran there before is looked after by nobody."""
    if not twin.old:
        return
    before, after = (mapping(get(one.body, "data")) if one else {} for one in (twin.old, twin.new))
    if twin.new and get(twin.new.body, "data") is UNKNOWN:
        return
    changed = [key for key in before if get(before, key) != get(after, key) and get(after, key) is not UNKNOWN]
    if not changed:
        yield from _larger_budget(twin)
        return
    names = [key.removesuffix(deletion_budget.SUFFIX) for key in changed]
    moved = [
        f"{name} ({get(before, key)} -> {get(after, key)})"
        for name, key in zip(names, changed, strict=True)
        if key in after
    ]
    gone = [name for name, key in zip(names, changed, strict=True) if key not in after]
    parts = [
        f"{several([said(name) for name in some], 8)} {verb}"
        for some, verb in ((gone, "removed"), (moved, "moved"))
        if some
    ]
    yield twin.danger(
        Kind.APPLICATIONS,
        Severity.CRITICAL if len(gone) > 1 else Severity.HIGH,
        f"services leave the environment: {'; '.join(parts)} (the deletion budget is {said(_budget(twin))})",
        Detail("data", several([said(name) for name in names], 8)),
    )


def _larger_budget(twin: Twin) -> Iterator[Danger]:
    """One that grows by itself: beside services that leave it is said of them."""
    key = deletion_budget.ANNOTATION
    old, new = (get(one.pairs("annotations"), key) if one else None for one in (twin.old, twin.new))
    low, high = number(old), number(new)
    if high is not None and high > (low or 0):
        text = f"more services may leave the environment at once: the deletion budget {said(old)} -> {said(new)}"
        detail = Detail(f"metadata.annotations.{key}", field(old), field(new))
        yield twin.danger(Kind.APPLICATIONS, Severity.MEDIUM, text, detail)


def _application(twin: Twin) -> Iterator[Danger]:
    kind = twin.kind.rpartition("/")[2]
    if twin.old and not twin.new:
        kept = kind == "ApplicationSet" and _kept(twin.old)
        what = "its applications stay and nobody updates them" if kept else "what it deployed may go with it"
        severity = Severity.HIGH if kept else Severity.CRITICAL
        yield twin.danger(Kind.APPLICATIONS, severity, f"{kind} {said(twin.name)} is deleted: {what}")
    elif twin.old and twin.new:
        yield from _elements(twin)
        yield from _sources(twin)
        yield from _guards(twin)


def _kept(one: Object) -> bool:
    return flag(get(one.body, "spec", "syncPolicy", "preserveResourcesOnDeletion")) is True


def _elements(twin: Twin) -> Iterator[Danger]:
    """Elements of list generators are applications by name; of a Git generator only Git knows what it returns."""
    before, after = (_listed(one) for one in (twin.old, twin.new))
    gone = [name for name in before if name not in after]
    if gone and after is not None:
        yield twin.danger(
            Kind.APPLICATIONS,
            Severity.HIGH,
            f"ApplicationSet {said(twin.name)} no longer makes {several([said(name) for name in gone], 8)}",
            Detail("spec.generators", several([said(name) for name in gone], 8)),
        )


def _sources(twin: Twin) -> Iterator[Danger]:
    """Repositories from which charts come, and were not before; a set whose generators are gone."""
    prefix = "spec.template." if twin.kind == argocd.SET else ""
    name = f"{twin.kind.rpartition('/')[2]} {said(twin.name)}"
    before, after = (_repositories(one, prefix) for one in (twin.old, twin.new))
    more = [url for url in after if url not in before]
    if before and more:
        shown = several([said(url) for url in more])
        text = f"{name} deploys from another repository: {shown}"
        detail = Detail(f"{prefix}spec.source.repoURL", several([said(url) for url in before]), shown)
        yield twin.danger(Kind.APPLICATIONS, Severity.HIGH, text, detail)
    old, new = twin.values("spec.generators")
    if twin.kind == argocd.SET and old and not new and new is not UNKNOWN:
        text = f"{name} has no generator any more, and makes no application"
        yield twin.danger(Kind.APPLICATIONS, Severity.HIGH, text, Detail("spec.generators"))


def _repositories(one: Object | None, prefix: str) -> list[str]:
    body = get(one.body, *f"{prefix}spec".split(".")) if one else None
    source = get(mapping(body), "source")
    sources = [*elements(mapping(body), "sources"), *([source] if isinstance(source, Mapping) else [])]
    return [url for each in sources if isinstance(url := get(each, "repoURL"), str)]


def _listed(one: Object | None) -> list[str]:
    generators = elements(one.body, "spec", "generators") if one else ()
    rows = [row for generator in generators for row in elements(generator, "list", "elements")]
    keys = ("service", "name", "app", "cluster", "path")
    return [next((str(get(row, key)) for key in keys if isinstance(get(row, key), str)), _whole(row)) for row in rows]


def _whole(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {get(row, key)}" for key in row)


def _guards(twin: Twin) -> Iterator[Danger]:
    """What keeps Argo CD from deleting, and is given up."""
    if twin.kind == argocd.SET:
        path = "spec.syncPolicy.applicationsSync"
        old, new = twin.values(path)
        if old in SYNC and new not in (*SYNC, UNKNOWN):
            text = "deletes applications that a generator does not return any more"
            yield _guard(twin, path, text, Severity.CRITICAL)
        path = "spec.syncPolicy.preserveResourcesOnDeletion"
        old, new = twin.values(path)
        if flag(old) is True and flag(new) is not True and new is not UNKNOWN:
            yield _guard(
                twin, path, "takes what its applications deployed with it when it is deleted", Severity.CRITICAL
            )
    for prefix in ("spec.template.", "") if twin.kind == argocd.SET else ("",):
        path = f"{prefix}spec.syncPolicy.automated.allowEmpty"
        old, new = twin.values(path)
        if flag(new) is True and flag(old) is not True:
            yield _guard(twin, path, "deletes everything where a chart renders to nothing", Severity.HIGH)
        if prefix or twin.kind == argocd.APPLICATION:
            path = f"{prefix}metadata.finalizers"
            old, new = twin.values(path)
            added = [name for name in texts(new) if name.partition("/")[0] in FINALIZERS and name not in texts(old)]
            if added:
                yield _guard(twin, path, "takes what it deployed with it when it is deleted", Severity.HIGH)


def _guard(twin: Twin, path: str, text: str, severity: Severity) -> Danger:
    old, new = twin.values(path)
    name = f"{twin.kind.rpartition('/')[2]} {said(twin.name)}"
    return twin.danger(
        Kind.APPLICATIONS,
        severity,
        f"{name} {text}: {path} {said(old)} -> {said(new)}",
        Detail(path, field(old), field(new)),
    )


def _confirmation(twin: Twin) -> Iterator[Danger]:
    """A person's word that is not asked for any more before what holds data goes."""
    path = f"metadata.annotations.{ANNOTATION}"
    old, new = (get(one.pairs("annotations"), ANNOTATION) if one else None for one in (twin.old, twin.new))
    if new is UNKNOWN:
        return
    before, after = (
        {part.strip().lower() for part in text.split(",")} if isinstance(text, str) else set() for text in (old, new)
    )
    lost = [way for way in WAYS for word in ("confirm", "false") if f"{way.lower()}={word}" in before
            and not {f"{way.lower()}=confirm", f"{way.lower()}=false"} & after]  # fmt: skip
    if lost:
        kind = twin.kind.rpartition("/")[2]
        yield twin.danger(
            Kind.APPLICATIONS,
            Severity.HIGH,
            f"{kind} {said(twin.name)} is removed without asking: {' and '.join(lost)} needs no confirmation any more",
            Detail(path, field(old), field(new)),
        )
