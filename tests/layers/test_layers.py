"""Each layer is made by one call on the settings and the layers below it, and adds its own components to theirs."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from layers import access, data, delivery, foundation, secrets
from models.access.loader import load_access
from stacks.files import FOLDER
from stacks.settings import Settings, load_file
from tests.conftest import Deploy

Layers = tuple[Any, ...]
Build = Callable[[Settings, Layers], Any]

INSTANCES = {row.instance for row in load_access().resources.values() if row.instance}
"""The databases that the layer of data deploys."""
ORDER: dict[str, tuple[Build, set[str]]] = {
    "foundation": (
        lambda settings, _: foundation.build(settings),
        {"alerts", "boundary", "network", "access", "github", "break-glass", "state", "account"},
    ),
    "access": (lambda settings, below: access.build(settings, below[0]), {"people", "vpn"}),
    "data": (lambda settings, below: data.build(settings, below[0], below[1]), INSTANCES),
    "secrets": (
        lambda settings, below: secrets.build(settings, *below),
        {f"{name}-{kind}" for name in INSTANCES for kind in ("rotator", "database")}
        | {"core-migrator", "secret-rotation"},
    ),
    "delivery": (lambda settings, below: delivery.build(settings, below[0], below[1]), {"cluster"}),
}
"""The layers in their order: the one call, and the components that it adds."""


@pytest.mark.parametrize("layer", ORDER)
def test_a_layer_is_one_call(deploy: Deploy, layer: str) -> None:
    """It returns a frozen value, and its components are the only ones that stand directly in the stack."""
    settings = load_file(FOLDER / "Pulumi.dev.yaml")
    names = list(ORDER)[: list(ORDER).index(layer) + 1]

    def program() -> Layers:
        built: Layers = ()
        for name in names:
            built = (*built, ORDER[name][0](settings, built))
        return built

    deployed = deploy(program, stack="dev")
    urns = {resource.urn for resource in deployed.resources}
    components = {resource.name for resource in deployed.resources if resource.parent not in urns}
    assert components == set().union(*(ORDER[name][1] for name in names))
    field = next(iter(vars(deployed.result[-1])))
    with pytest.raises(FrozenInstanceError):
        setattr(deployed.result[-1], field, None)
