"""Every stack of the repository under mocks, as its program declares it."""

from components.iam.documents import Account
from layers import access, data, foundation, secrets
from stacks import tags
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import Deploy, Deployment

STACKS = tuple(sorted(path.name.split(".")[1] for path in FOLDER.glob("Pulumi.*.yaml")))


_DEPLOYED: dict[str, Deployment] = {}


def deployed_stack(deploy: Deploy, stack: str) -> Deployment:
    """The resources of one stack, as registered; deployed once, for tests that only read."""
    if stack not in _DEPLOYED:
        _DEPLOYED[stack] = _deployed(deploy, stack)
    return _DEPLOYED[stack]


def account_of(stack: str) -> Account:
    """The account of a stack."""
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")
    return Account(id=settings.account_id, region=settings.region)


def _deployed(deploy: Deploy, stack: str) -> Deployment:
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")

    def program() -> None:
        tags.register(settings.tags)
        base = foundation.build(settings)
        reach = access.build(settings, base)
        secrets.build(settings, base, reach, data.build(settings, base, reach))

    return deploy(program, stack=stack)
