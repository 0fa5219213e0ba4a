"""What the files that people edit say newly, in words: a typed comparison of the models of two trees."""

from dataclasses import dataclass

from reports.markdown import Sentence


@dataclass(frozen=True, kw_only=True)
class Said:
    """One change: ``kind`` and ``name`` of the entry, and the sentence that tells it."""

    kind: str
    name: str
    sentence: Sentence
