"""Every stack of the repository under mocks, as its program declares it."""

from components.shared.account import Account
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import Deploy, Deployment
from tests.layers.support.program import platform

STACKS = tuple(sorted(path.name.split(".")[1] for path in FOLDER.glob("Pulumi.*.yaml")))


_DEPLOYED: dict[str, Deployment] = {}


def deployed_stack(deploy: Deploy, stack: str) -> Deployment:
    """The resources of one stack, as registered; deployed once, for tests that only read."""
    if stack not in _DEPLOYED:
        _DEPLOYED[stack] = platform(deploy, stack)
    return _DEPLOYED[stack]


def account_of(stack: str) -> Account:
    """The account of a stack."""
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")
    return Account(id=settings.account_id, region=settings.region)
