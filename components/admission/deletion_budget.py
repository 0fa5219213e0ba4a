"""The deletion budget: how many services a change of the catalog may take out of an environment, held by the cluster.

The list is a ConfigMap (``components.argocd.services``), whose update a preview tries by a dry run. So that a pull
request's preview can try it too, its group may patch the list; of what it asks nothing but dry runs is let in.
"""

from collections.abc import Sequence
from typing import Final

from components.admission.policies import CHANGES, CONTROLLERS, PLANE
from components.admission.policy import EVERYWHERE, Admission, Look, listed, quoted, within
from components.argocd.patches import NAMESPACE
from components.argocd.services import BUDGET, NAME, SUFFIX
from lib.deletion_budget import MOST

NUMBER: Final = rf"^(0|[1-9][0-9]{{0,{len(str(MOST)) - 2}}}|{MOST})$"
ROOM: Final = 4000
"""Characters of names in a message. Kubernetes drops a message of more than 5,120 bytes, and says less instead."""

_REMOVED: Final = {
    "before": "oldObject.?data.orValue({})",
    "after": "object.?data.orValue({})",
    "removed": "variables.before.filter(s, !(s in variables.after) || variables.after[s] != variables.before[s])",
    "written": f"object.metadata.?annotations[?{quoted(BUDGET)}].orValue('')",
    "budget": f"variables.written.matches({quoted(NUMBER)}) ? int(variables.written) : 0",
    "names": (
        f"variables.removed.map(s, s.replace({quoted(SUFFIX)}, '') + (s in variables.after ? "
        "' (' + variables.before[s] + ' becomes ' + variables.after[s] + ')' : '')).join(', ')"
    ),
}
"""A service that changes tier or namespace counts: what it was before is left without anybody who looks after it."""


def deletion_budget(*, setting: str, writers: Sequence[str], preview: str) -> tuple[Admission, ...]:
    """The three policies of the list. ``setting`` is what people raise to allow a removal; ``writers`` are the groups
    who may change the list, ``preview`` the one that may try.
    """
    here = within(NAMESPACE)
    of_list = {"groups": [""], "resources": ["configmaps"], "names": [NAME]}
    dry_run = "has(request.dryRun) && request.dryRun"
    groups = listed([*writers, CONTROLLERS])
    allowed = (
        f"request.userInfo.username in {listed(PLANE)} || request.userInfo.groups.exists(g, g in {groups})"
        f" || ({quoted(preview)} in request.userInfo.groups && {dry_run})"
    )
    return (
        Admission(
            name="deletion-budget",
            looks=[Look(**of_list, operations=["UPDATE"])],
            place=here,
            variables=_REMOVED,
            expression="size(variables.removed) <= variables.budget",
            message=f"more services would be orphaned than the budget allows; see {setting}",
            explanation=_explanation(setting),
            reason="Invalid",
        ),
        Admission(
            name="services-by-deployment",
            looks=[Look(**of_list, operations=CHANGES)],
            place=here,
            expression=allowed,
            message="this list follows from the catalog, and is changed by the deployment alone",
        ),
        Admission(
            name="previews-write-nothing",
            looks=[Look(groups=["*"], resources=["*/*"], operations=["*"])],
            place=EVERYWHERE,
            expression=f"!({quoted(preview)} in request.userInfo.groups) || ({dry_run})",
            message="previews of pull requests change nothing; a dry run is all that they may ask for",
        ),
    )


def _explanation(setting: str) -> str:
    """A sentence with the names, as an expression. Line breaks in a value would have Kubernetes drop it."""
    count = "string(size(variables.removed))"
    names = f"(size(variables.names) > {ROOM} ? variables.names.substring(0, {ROOM}) + ' ...' : variables.names)"
    parts = [
        quoted("this change would orphan "),
        count,
        quoted(" of the services that run here, and the deletion budget is "),
        "string(variables.budget)",
        quoted(": "),
        f"{names}.replace('\\n', ' ')",
        quoted(f"; where that is meant, write {setting}: "),
        count,
        quoted(" in the file of the stack, in the same change"),
    ]
    return " + ".join(parts)
