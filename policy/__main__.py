"""The policy pack as the engine starts it: the only place that reads files and the clock and builds a PolicyPack."""

import datetime as dt
import gc
import sys
from pathlib import Path

gc.set_threshold(100_000)  # importing rules and SDK makes objects that stay; looking through them costs time
ROOT = Path(__file__).resolve().parent.parent
# The engine puts this folder on the path; the project's packages are imported from the folder above it.
sys.path[0:0] = [str(ROOT)]

from pulumi_policy import EnforcementLevel, PolicyPack  # noqa: E402 - needs the path

from models.roadmap.waiver import load_waivers  # noqa: E402 - needs the path
from policy.core import pack, servicer  # noqa: E402 - needs the path
from policy.core.due import load_due_dates  # noqa: E402 - needs the path
from policy.core.engine import load_rules  # noqa: E402 - needs the path


def main() -> None:
    """Serve until the engine ends the process."""
    stacks = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("stacks/Pulumi.*.yaml")]
    today = dt.datetime.now(dt.UTC).date()
    policies = pack.build(load_rules(), load_due_dates(), load_waivers(), today, stacks=stacks)
    servicer.install()
    PolicyPack(pack.NAME, policies, enforcement_level=EnforcementLevel.MANDATORY)


if __name__ == "__main__":
    main()
