"""INF-01: charts come from the repository nationgraph-services and from nowhere else."""

import pytest

from policy.rules.inf_01.chart_sources import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, application, application_set
from tests.support.resources import UNKNOWN, Case, Res

CASES = [
    Case(
        "pass",
        "ours",
        [
            application(),
            application_set(name="set"),
            application(
                ("spec.source", GONE),
                ("spec.sources", [{"repoURL": "git@github.com:nationgraph/nationgraph-services.git", "path": "x"}]),
                name="several",
            ),
        ],
    ),
    Case("pass", "a folder", [Res("kubernetes:helm.sh/v3:Release", "x", {"chart": "./charts/addons/tailscale/1.0.0"})]),
    *(
        Case("fail", str(url), [application(("spec.source.repoURL", url))], ["spec.source.repoURL"])
        for url in (
            "https://github.com/nationgraph/other",
            "https://github.com/nationgraph/nationgraph-services-fork",
            "https://evil.example/github.com/nationgraph/nationgraph-services.git",
            "file:///tmp/nationgraph-services.git",
            "oci://ghcr.io/x",
            7,
        )
    ),
    Case("fail", "a registry's chart", [application(("spec.source.chart", "nginx"))], ["spec.source.chart"]),
    Case(
        "fail",
        "in a template",
        [application_set(("spec.template.spec.source.repoURL", "https://x.example"))],
        ["spec.template.spec.source.repoURL"],
    ),
    Case(
        "fail",
        "in a generator's template",
        [
            application_set(
                (
                    "spec.generators",
                    [
                        {
                            "matrix": {
                                "generators": [
                                    {"list": {"template": {"spec": {"source": {"repoURL": "https://x.example"}}}}}
                                ]
                            }
                        }
                    ],
                )
            )
        ],
        ["spec.generators[0].matrix.generators[0].list.template.spec.source.repoURL"],
    ),
    Case(
        "fail",
        "in a patch",
        [application_set(("spec.templatePatch", "spec: {source: {repoURL: x, chart: y}}"))],
        ["spec.templatePatch.spec.source.repoURL is 'x'", "spec.templatePatch.spec.source.chart is given"],
    ),
    Case(
        "fail",
        "releases",
        [
            Res(
                "kubernetes:helm.sh/v3:Release",
                "x",
                {"chart": "redis", "repositoryOpts": {"repo": "https://charts.example"}},
            ),
            Res("kubernetes:helm.sh/v4:Chart", "y", {"chart": "oci://x/y"}),
        ],
        ["repositoryOpts.repo", "chart is remote"],
    ),
    Case("absent", "no source", [application(("spec.source", GONE))], ["spec.source is absent"]),
    Case(
        "unknown",
        "repository",
        [application(("spec.source.repoURL", UNKNOWN)), application(("spec", UNKNOWN), name="other")],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
