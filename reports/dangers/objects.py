"""Kubernetes objects before and after a change, wherever they stand in a resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from policy.facts.kubernetes import Object, is_kubernetes, read
from policy.facts.props import UNKNOWN, get
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.words import said


@dataclass(frozen=True, eq=False)
class Twin:
    """One object of a changed resource. ``old`` is None where it is new, ``new`` where it goes."""

    pair: Pair
    old: Object | None
    new: Object | None

    @property
    def here(self) -> Object:
        """The object as it will be or, where it goes, as it was."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a twin is made of at least one
        return found

    @property
    def kind(self) -> str:
        """``group/Kind``."""
        return f"{self.here.group}/{self.here.kind}"

    @property
    def name(self) -> str:
        """Its name in the cluster."""
        return self.here.name

    @property
    def namespace(self) -> str:
        """Its namespace; that of the credentials where none is stated."""
        given = self.here.namespace
        return given if isinstance(given, str) and given else "default"

    def values(self, path: str) -> tuple[Any, Any]:
        """A property before and after."""
        old, new = (get(one.body, *path.split(".")) if one else None for one in (self.old, self.new))
        return old, new

    def known(self, path: str) -> bool:
        """False where a preview does not know the new value yet."""
        return self.values(path)[1] is not UNKNOWN

    def danger(self, kind: Kind, severity: Severity, sentence: str, detail: Detail = Detail()) -> Danger:  # noqa: B008
        """A danger of this object."""
        made = partial(Danger, kind=kind, severity=severity, urn=self.pair.urn, sentence=sentence)
        return made(property=detail.property, before=detail.before, after=detail.after)


def called(twin: Twin) -> str:
    """Kind and name, as a sentence begins."""
    return f"{twin.kind.rpartition('/')[2]} {said(twin.name)}"


def _key(one: Object) -> tuple[str, str, str, str]:
    namespace = one.namespace
    return one.group, one.kind, namespace if isinstance(namespace, str) else "", one.name


def twins(comparison: Comparison) -> Iterator[Twin]:
    """The objects of changed resources; what goes under one URN and comes under another is the same object."""
    old: dict[tuple[str, str, str, str], tuple[Pair, Object]] = {}
    new: dict[tuple[str, str, str, str], tuple[Pair, Object]] = {}
    for pair in comparison.pairs:
        for resource, found in ((pair.before, old), (pair.after, new)):
            if resource is not None and is_kubernetes(resource):
                found.update({_key(one): (pair, one) for one in read(resource) if not one.partial})
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        pairs = [found[0] for found in (after, before) if found]
        yield Twin(pairs[0], before[1] if before else None, after[1] if after else None)
