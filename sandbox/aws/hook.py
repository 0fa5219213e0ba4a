"""How a hook is declared.

A hook owns some input properties. ``scope`` adds parameters before the create call and may refuse it, ``apply`` runs
after create and update, ``read`` returns the owned properties as AWS shows them, or None where the resource is gone,
``delete`` runs before the delete steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.aws.api import Api

Props = Mapping[str, Any]


@dataclass(frozen=True)
class Hook:
    """``owns`` names the inputs that the generic mapping leaves to this hook; ``applies`` those of updates only."""

    owns: tuple[str, ...] = ()
    scope: Callable[[Api, Props], dict[str, Any]] = lambda _api, _props: {}
    apply: Callable[[Api, str, Props, Props | None], None] = lambda _api, _id, _new, _old: None
    read: Callable[[Api, Any, Props], dict[str, Any] | None] = lambda _api, _described, _state: {}
    delete: Callable[[Api, str, Props], None] = lambda _api, _id, _state: None
    applies: tuple[str, ...] = ()
