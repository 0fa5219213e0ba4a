"""Kubernetes objects before and after a change, wherever they stand in a resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from policy.facts.kubernetes import Object, is_kubernetes, read
from policy.facts.props import get
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity


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

    def danger(
        self, kind: Kind, severity: Severity, sentence: str, *, property: str = "", before: str = "", after: str = "",  # noqa: A002
        why: str = "",
    ) -> Danger:  # fmt: skip
        """A danger of this object."""
        made = partial(Danger, kind=kind, severity=severity, urn=self.pair.urn, sentence=sentence)
        return made(property=property, before=before, after=after, why=why)


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
