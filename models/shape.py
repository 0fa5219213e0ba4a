"""The outermost form of a file: which sections it has, and what kind each of them is."""

from collections.abc import Mapping
from typing import Any, Final

from lib.problems import ABSENT, Fault, Problem, nearest
from lib.yaml_file import YamlFile
from lib.yaml_nodes import UNUSABLE

_WORDS: Final[Mapping[type, tuple[str, str]]] = {
    dict: ("mapping", "write entries as name: {...}"),
    tuple: ("list", "write entries that begin with -"),
}


def sections(file: YamlFile, kinds: Mapping[str, type], *, empty: bool = False) -> tuple[dict[str, Any], list[Problem]]:
    """Each section's data, None where it is wrong, and the problems so far, those of single values included.

    A section must have entries unless it is a list or ``empty`` says otherwise. A section that is missing beside one
    that is unknown and has nearly its name is one problem.
    """
    values, problems = dict.fromkeys(kinds), list(file.problems)
    names = ", ".join(kinds)
    if not isinstance(file.data, Mapping):
        if file.data is not UNUSABLE:
            problems.append(
                file.problem([], "is not a mapping", f"write {names}", ABSENT if file.root is None else file.data)
            )
        return values, problems
    meant = set()
    strange, missing = [key for key in file.data if key not in kinds], [key for key in kinds if key not in file.data]
    for key in strange:
        near = missing[0] if len(strange) == len(missing) == 1 else nearest(key, missing)
        meant.add(near)
        fix = f"did you mean {near}?" if near else f"remove it; the keys are {names}"
        problems += file.unreported([Fault(path=(key,), why="is no key of this file", fix=fix)])
    for key, kind in kinds.items():
        section = file.data.get(key)
        if isinstance(section, kind) and (section or kind is tuple or empty):
            values[key] = section
        elif key not in file.data and key not in meant:
            problems += file.unreported([Fault(path=(key,), why="is missing", fix=_WORDS[kind][1])])
        elif key in file.data:
            word, fix = _WORDS[kind]
            problems += file.unreported([Fault(path=(key,), why=f"is not a {word} with entries", fix=fix)])
    return values, problems
