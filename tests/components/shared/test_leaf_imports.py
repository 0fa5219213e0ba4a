"""The SDK's modules load one by one, and its packages still answer for all of them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def fresh(program: str) -> str:
    """What a new interpreter prints that has loaded nothing yet."""
    command = [sys.executable, "-c", f"import sys\nimport components\n{program}"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_leaf_loads_without_its_siblings() -> None:
    """One of EC2's modules brings what it names itself; with the package's own code it would be all of them."""
    text = "from pulumi_aws.ec2.vpc import Vpc\nprint(Vpc.__name__, *[m for m in sys.modules if '.ec2.' in m])"
    kind, *loaded = fresh(text).split()
    assert kind == "Vpc"
    assert "pulumi_aws.ec2.vpc" in loaded
    assert "pulumi_aws.ec2.instance" not in loaded
    assert len(loaded) < 10


@pytest.mark.parametrize(
    "way",
    [
        "import pulumi_aws; found = pulumi_aws.ec2.Vpc",
        "from pulumi_aws.ec2 import Vpc as found",
        "from pulumi_aws import ec2; found = ec2.Vpc",
        "from pulumi_aws.ec2 import *; found = Vpc",
        "from pulumi_aws.ec2 import vpc; found = vpc.Vpc",
        "import pulumi_aws; found = pulumi_aws.ec2.vpc.Vpc",
    ],
)
@pytest.mark.parametrize("leaf_first", [True, False])
def test_every_way_leads_to_the_same_class(way: str, *, leaf_first: bool) -> None:
    """A package asked for a name runs its own code then; no class is made twice, whichever is loaded first."""
    leaf = "from pulumi_aws.ec2.vpc import Vpc as leaf"
    lines = [leaf, way] if leaf_first else [way, leaf]
    assert fresh("\n".join([*lines, "print(found is leaf)"])) == "True"


def test_a_name_that_nothing_has_is_an_error() -> None:
    """A slip is reported as Python reports it, with the module's name."""
    said = fresh(
        "import pulumi_aws.ec2\ntry:\n    pulumi_aws.ec2.Vcp\nexcept AttributeError as error:\n    print(error)"
    )
    assert said == "module 'pulumi_aws.ec2' has no attribute 'Vcp'"


def test_installing_twice_changes_nothing() -> None:
    """Whoever installs it again gets no second finder in front of the first."""
    text = "from components import leaf_imports\nbefore = len(sys.meta_path)\nleaf_imports.install()\n"
    assert fresh(text + "print(len(sys.meta_path) - before)") == "0"
