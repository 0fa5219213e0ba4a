"""The floor: as many components as the platform has resources, and nothing else."""

import pulumi

for number in range(pulumi.Config().require_int("components")):
    pulumi.ComponentResource("nationgraph:bare:Component", f"component-{number}")
