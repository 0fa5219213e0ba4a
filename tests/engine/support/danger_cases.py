"""Cases of dangerous changes, for previews of the real engine: what is deployed instead, and what must be said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reports.dangers import Danger
from tests.support.resources import Res

SECRET = "hunter2-and-more"  # pragma: allowlist secret
"""A value that nothing may show."""


@dataclass(frozen=True)
class Case:
    """``says``: of each danger kind and resource, with the property and words of its sentence. There are no others."""

    title: str
    resources: Sequence[Res]
    says: Mapping[tuple[str, str, str], Sequence[str]] = field(default_factory=dict)


def judge(case: Case, found: Sequence[Danger]) -> None:
    """Every danger that the case names, each with its words, and no other."""
    told = {(danger.kind.value, danger.resource, danger.property): danger for danger in found}
    sentences = [danger.sentence for danger in found]
    assert set(told) == set(case.says), sentences
    for key, words in case.says.items():
        said = " ".join(
            danger.sentence for danger in found if (danger.kind.value, danger.resource, danger.property) == key
        )
        for word in words:
            assert word in said, sentences
    assert not any(SECRET in str(danger) for danger in found)
