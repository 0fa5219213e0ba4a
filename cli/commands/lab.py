"""start Argo CD on the cluster of STACK's sandbox, with a local nationgraph-services, and show what it deploys"""

from cli import delivery_lab
from cli.options import SANDBOX, Stack
from cli.output import refuse, say, show
from cli.phases import phase
from cli.target import ROOT, working

GROUP = "Deploy"
PATIENCE_SECONDS = 240.0


def run(stack: Stack = SANDBOX) -> int:
    """0 where every service is as Git says and healthy. It runs on until ``make down``."""
    from models.versions.loader import read_versions  # noqa: PLC0415 - pydantic is slow to import
    from sandbox import workspace  # noqa: PLC0415 - AWS does without the sandbox
    from sandbox.argocd import lab  # noqa: PLC0415
    from stacks.environments import ENVIRONMENTS  # noqa: PLC0415

    with working("lab", stack, "sandbox") as target:
        opened = workspace.Workspace(project=ROOT, stack=stack, folder=target.folder, kubernetes=True)
        with phase("Starting the cluster"):
            workspace.start_cluster(opened)
        where = lab.Lab(folder=target.folder)
        delivery_lab.serve(where)
        with phase("Starting Argo CD"):
            delivery_lab.declare(where, stack)
            lab.start(where)
        lines = read_versions(ENVIRONMENTS[stack].versions).places()
        with phase(f"Waiting for {len(lines)} services"):
            done = delivery_lab.settled(where, len(lines), PATIENCE_SECONDS)
        show(delivery_lab.table(delivery_lab.states(where), lines))
        memory = lab.memory_mib(target.folder)
        say(f"{sum(memory.values())} MiB resident in {len(memory)} processes, the cluster's included.")
        say(f"git clone {where.git}/{delivery_lab.REPOSITORY}")
        say("Commit there, push to main, and Argo CD deploys it; `make down` ends it all.")
        if not done:
            return refuse(f"not every service is healthy after {PATIENCE_SECONDS:.0f} s", code=1)
    return 0
