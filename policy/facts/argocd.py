"""Applications of Argo CD wherever they are declared: by themselves, or as the template of an ApplicationSet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.shapes import mapping
from policy.facts import template_patch
from policy.facts.kubernetes import Object, elements, read, tokens
from policy.facts.props import Resource, get, stack_of

APPLICATION, SET, PROJECT = (f"argoproj.io/{kind}" for kind in ("Application", "ApplicationSet", "AppProject"))
TYPES = tokens(APPLICATION, SET)
_SERVICES = re.compile(
    r"(?:https://github\.com/|ssh://git@github\.com/|git@github\.com:)nationgraph/nationgraph-services(?:\.git)?"
)
_LOCAL = re.compile(
    r"(?:file:///[\w./-]*|https?://(?:127\.0\.0\.1|localhost)(?::\d+)?/[\w./-]*)nationgraph-services(?:\.git)?/?"
)
SANDBOX = "sandbox"


@dataclass(frozen=True)
class Application:
    """An Application, or a template of some; ``template`` tells which. ``path`` leads to ``metadata`` and ``spec``."""

    of: Object
    body: Mapping[str, Any]
    path: str
    template: bool = False
    override: bool = False

    def sources(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each source with its path."""
        spec = mapping(get(self.body, "spec"))
        if isinstance(get(spec, "source"), Mapping):
            yield f"{self.path}spec.source", mapping(get(spec, "source"))
        for index, source in enumerate(elements(spec, "sources")):
            yield f"{self.path}spec.sources[{index}]", source


def applications(resource: Resource, rule: str = "") -> Iterator[Application]:
    """What a resource declares. A generator's own template and a patch override the set's, so they are some too."""
    for one in read(resource, rule):
        called = f"{one.group}/{one.kind}"
        if called == APPLICATION:
            yield Application(one, one.body, one.lead)
        elif called == SET:
            yield Application(one, mapping(get(one.body, "spec", "template")), one.at("spec.template."), template=True)
            for path, body in _overrides(get(one.body, "spec", "generators"), one.at("spec.generators")):
                yield Application(one, body, f"{path}.", template=True, override=True)
            patch = get(one.body, "spec", "templatePatch")
            if isinstance(patch, str):
                for body in template_patch.read(patch).bodies:
                    yield Application(one, body, one.at("spec.templatePatch."), template=True, override=True)


def _overrides(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The templates inside generators, which nest in matrix and merge."""
    if depth > 12:
        return
    if isinstance(value, Mapping):
        for key in value:
            found = get(value, key)
            if key == "template" and isinstance(found, Mapping):
                yield f"{path}.{key}", found
            else:
                yield from _overrides(found, f"{path}.{key}", depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index in range(len(value)):
            yield from _overrides(get(value, index), f"{path}[{index}]", depth + 1)


def is_allowed(repository: str, resource: Resource) -> bool:
    """Whether charts may come from there: the company's repository, or its copy on the machine of a sandbox."""
    local = stack_of(resource.urn) == SANDBOX and _LOCAL.fullmatch(repository)
    return bool(_SERVICES.fullmatch(repository) or local)
