"""What the component of the repository's token is told in tests."""

from typing import Any, Final

from components.argocd.repository_token import GithubApp, RepositoryTokenArgs, TokenCluster
from components.functions.functions import FunctionPlace
from components.functions.names import FunctionNames
from tests.components.argocd.support.arguments import REPOSITORY
from tests.components.support.platform import HERE, platform
from tests.components.support.programs import program

GROUP: Final = "nationgraph:argocd-token"
ROLE: Final = HERE.iam("role/nationgraph/workload/function-argocd-token")


def names() -> FunctionNames:
    """The function's."""
    return FunctionNames(account=HERE, name="argocd-token")


def token_arguments(**changes: Any) -> RepositoryTokenArgs:
    """Those of a cluster that is there, unless changed."""
    given: dict[str, Any] = {
        "platform": platform(),
        "names": names(),
        "program": program(runbook="argocd-token"),
        "app": GithubApp(client_id="Iv23liNationGraph000", installation_id="40302010"),
        "repository": REPOSITORY,
        "cluster": TokenCluster(name="nationgraph-test", endpoint="https://api.eks.internal", authority="Q0E="),
        "place": FunctionPlace(subnet_ids=["subnet-1", "subnet-2"], security_group_id="sg-token"),
        "group": GROUP,
    }
    return RepositoryTokenArgs(**{**given, **changes})
