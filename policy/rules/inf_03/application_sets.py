"""INF-03: an ApplicationSet creates and updates Applications, and deletes none."""

from collections.abc import Iterator, Sequence

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts import template_patch
from policy.facts.argocd import SET
from policy.facts.kubernetes import Object, read, tokens
from policy.facts.props import UNKNOWN, Resource, flag, get, items, shape, shown

TYPES = tokens(SET)
SYNC = ("create-update", "create-only")
PATCHED = (
    ("metadata", "labels", None),
    *(("spec", "source", "helm", "parameters", "[]", key) for key in ("name", "value", "forceString")),
)
"""What a patch of the template may state; None is any key. It overrides all that the template says otherwise: project,
destination, source, guards.
"""


def _strategy(one: Object) -> Iterator[str]:
    order = get(one.body, "spec", "strategy", "deletionOrder")
    if isinstance(order, str) and order.lower() == "reverse":
        yield f"{one.at('spec.strategy.deletionOrder')} is {order!r}, must be absent: it adds a finalizer"


def _template(one: Object) -> Iterator[str]:
    yield from _patch(one)
    if one.partial:
        return
    go, options = get(one.body, "spec", "goTemplate"), list(items(mapping(get(one.body, "spec")), "goTemplateOptions"))
    if flag(go) not in (True, UNKNOWN):
        yield f"{one.at('spec.goTemplate')} is {shown(go)}, must be True"
    if "missingkey=error" not in options and UNKNOWN not in options:
        yield f"{one.at('spec.goTemplateOptions')} lacks 'missingkey=error', must have it"


def _patch(one: Object) -> Iterator[str]:
    """Only what is known to be harmless whatever the generator returns."""
    text, at = get(one.body, "spec", "templatePatch"), one.at("spec.templatePatch")
    if text in (None, UNKNOWN):
        return
    if not isinstance(text, str):
        yield f"{at} is {shape(text)}, must be text"
        return
    patch = template_patch.read(text)
    if patch.unreadable:
        how = 'write values as {{.key | toJson}}, conditions as {{if hasKey . "key"}}'
        yield f"{at} {patch.unreadable}, must be known before it is rendered: {how}"
    for path in sorted(patch.paths):
        if not any(_allowed(path, allowed) for allowed in PATCHED):
            yield f"{at} sets {'.'.join(path)}, must leave it to the template"


def _allowed(path: template_patch.Path, allowed: Sequence[str | None]) -> bool:
    return len(path) == len(allowed) and all(right in (None, key) for key, right in zip(path, allowed, strict=True))


def check(resource: Resource) -> Iterator[str]:
    """Absent means sync, which deletes whatever a generator does not return any more."""
    for one in read(resource, "inf-03-application-sets"):
        if get(one.body, "spec") is UNKNOWN:
            continue
        policy = get(one.body, "spec", "syncPolicy")
        sync, kept = (get(mapping(policy), key) for key in ("applicationsSync", "preserveResourcesOnDeletion"))
        unseen = policy is UNKNOWN
        if sync not in (*SYNC, UNKNOWN) and not unseen and not (one.partial and sync is None):
            yield f"{one.at('spec.syncPolicy.applicationsSync')} is {shown(sync)}, must be 'create-update'"
        if flag(kept) not in (True, UNKNOWN) and not unseen and not (one.partial and kept is None):
            yield f"{one.at('spec.syncPolicy.preserveResourcesOnDeletion')} is {shown(kept)}, must be True"
        yield from _strategy(one)
        yield from _template(one)


RULE = Rule(
    clause="INF-03",
    description="ApplicationSets never delete, and fail where a key is missing.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC8.1"),
    ),
    remediation="Set applicationsSync create-update, preserveResourcesOnDeletion true, missingkey=error.",
    types=TYPES,
    check=check,
)
