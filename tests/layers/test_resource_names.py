"""What is deployed keeps its names: a resource under another type, parent or name is deleted and made anew."""

from pathlib import Path

import pytest

from tests.conftest import Deploy
from tests.layers.support.program import platform

FOLDER = Path(__file__).parent / "resources"


@pytest.mark.parametrize("stack", ["dev", "production"])
def test_names_stay(deploy: Deploy, stack: str) -> None:
    """Types with their parents, and names, are those of ``resources/<stack>.txt``.

    A line that is gone is a resource that the next update deletes, a database among them: keep the name, or give the
    resource an alias. What is new is entered there.
    """
    made = {resource.urn.split("::", 2)[2] for resource in platform(deploy, stack).resources}
    known = set((FOLDER / f"{stack}.txt").read_text(encoding="utf-8").split())
    assert sorted(known - made) == [], "deleted by the next update"
    assert sorted(made - known) == [], "enter these"


def test_the_program_exports_what_people_and_other_stacks_read(deploy: Deploy) -> None:
    """Their names are a contract, like those of resources."""
    assert sorted(platform(deploy, "dev").result) == [
        "alertTopicArn",
        "coreDatabaseAddress",
        "coreDatabaseMasterSecretArn",
        "coreDatabaseSecretArn",
        "coreDatabaseSecretKeyArn",
        "coreDatabaseSecretName",
        "privateSubnetIds",
        "secretRotationTopicArn",
        "secretStoreRoleArn",
        "stateBucket",
        "tailnet",
        "vpcId",
    ]
