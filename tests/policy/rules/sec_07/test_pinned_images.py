"""SEC-07: an image is named by digest and comes from a registry that the company trusts."""

import pytest

from policy.rules.sec_07.pinned_images import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import DIGEST, GONE, deployment
from tests.support.resources import UNKNOWN, Case, Res

CASES = [
    Case("pass", "ours, by digest", [deployment()]),
    Case(
        "pass",
        "an add-on of AWS, and a vendored one word for word",
        [
            deployment(
                (
                    "spec.template.spec.containers.0.image",
                    f"602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/pause:3.10@{DIGEST}",
                )
            ),
            deployment(("spec.template.spec.containers.0.image", "quay.io/argoproj/argocd:v3.2.11"), name="argocd"),
        ],
    ),
    Case(
        "pass",
        "a chart's values",
        [
            Res(
                "kubernetes:helm.sh/v3:Release",
                "x",
                {
                    "values": {
                        "image": {
                            "registry": "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
                            "repository": "x",
                            "digest": DIGEST,
                        }
                    }
                },
            )
        ],
    ),
    *(
        Case("fail", image, [deployment(("spec.template.spec.containers.0.image", image))], ["containers[0].image is"])
        for image in (
            "billing:latest",
            "billing",
            f"docker.io/library/nginx@{DIGEST}",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/billing:1.2",
            f"evil.example/123456789012.dkr.ecr.eu-central-1.amazonaws.com/x@{DIGEST}",
            "quay.io/argoproj/argocd:v3.2.12",
        )
    ),
    *(
        Case(
            "fail",
            kind,
            [deployment((f"spec.template.spec.{kind}", [{"name": "x", "image": "x:1"}]))],
            [f"{kind}[0].image"],
        )
        for kind in ("initContainers", "ephemeralContainers")
    ),
    Case(
        "fail",
        "values with a tag",
        [
            Res(
                "kubernetes:helm.sh/v4:Chart",
                "x",
                {"values": {"a": [{"image": {"repository": "x", "tag": "latest"}}, {"image": "y"}]}},
            )
        ],
        ["values.a[0].image is 'x:latest'", "values.a[1].image"],
    ),
    Case("absent", "no image", [deployment(("spec.template.spec.containers.0.image", GONE))], ["image is None"]),
    Case("unknown", "not built yet", [deployment(("spec.template.spec.containers.0.image", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
