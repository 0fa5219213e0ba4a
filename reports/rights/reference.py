"""AWS's Service Authorization Reference as the package ``iam-data`` holds it: actions, resources, ARN formats."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from toolchain import npm_modules

MODULES: Final = "iam"
"""The folder of ``toolchain/npm`` that pins the data and the evaluator."""
WRITES: Final = ("Write", "Permissions management", "Tagging")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resource that an action is asked for: AWS's name, whether it always is, and the format of its ARN."""

    name: str
    required: bool
    arn: str

    @property
    def placeholders(self) -> list[str]:
        """The parts of the ARN that differ between resources."""
        return [name for name in re.findall(r"\$\{(\w+)\}", self.arn) if name not in ("Partition", "Region", "Account")]

    def is_arn(self, text: str) -> bool:
        """Whether a text is an ARN of this kind."""
        return re.fullmatch(re.sub(r"\\\$\\\{\w+\\\}", "[^:]+", re.escape(self.arn)), text) is not None


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action with the kinds of resources that limit it; none where it is asked for everything."""

    name: str
    level: str
    kinds: Sequence[Kind]

    @property
    def writes(self) -> bool:
        """Whether it changes something; tags are changes."""
        return self.level in WRITES


@cache
def _data(folder: str, service: str) -> Mapping[str, Any]:
    path = npm_modules.install(MODULES) / "@cloud-copilot" / "iam-data" / "data" / folder / f"{service}.json"
    if not path.exists():
        return {}
    data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {name.lower(): row for name, row in data.items()}


@cache
def action(name: str) -> Action:
    """An action by its name in policies.

    Raises:
        LookupError: AWS knows no such action.

    """
    service, _, verb = name.partition(":")
    row = _data("actions", service).get(verb.lower())
    if row is None:
        raise LookupError(f"{name}: AWS's reference of actions has none of this name")
    kinds = [
        Kind(
            name=kind["name"].lower(),
            required=kind["required"],
            arn=_data("resourceTypes", service)[kind["name"].lower()]["arn"],
        )
        for kind in row["resourceTypes"]
    ]
    return Action(name=f"{service}:{row['name']}", level=row["accessLevel"], kinds=kinds)


def matching(pattern: str) -> list[str]:
    """The actions that a pattern of a policy means, as ``ec2:*Vpc``."""
    service, _, verb = pattern.partition(":")
    wanted = re.compile(re.escape(verb.lower()).replace(r"\*", ".*").replace(r"\?", "."))
    return [f"{service}:{row['name']}" for name, row in _data("actions", service).items() if wanted.fullmatch(name)]
