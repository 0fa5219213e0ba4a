"""What identity providers put into their tokens, by issuer: which subjects name one workload, and which only an owner.

Sources are the providers' own pages about AWS; a part that a provider makes new for each run may be a wildcard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policy.facts import iam

PART = r"[^:*?$\n]*[^\s:*?$][^:*?$\n]*"
"""Names may hold blanks and slashes, but are not blank."""
REF = r"[^\s:*?$]+"


@dataclass(frozen=True)
class Issuer:
    """``hosts`` is matched with the whole issuer, ``subject`` with the whole subject; ``begins`` tells its subjects.

    A subject of this form is judged by it whoever the issuer is, since most of these products also run on own hosts.
    """

    hosts: str
    subject: str
    example: str
    begins: tuple[str, ...] = ()


GITHUB = Issuer(
    # https://docs.github.com/en/actions/concepts/security/openid-connect; github.com, ghe.com, and servers of one's own
    hosts=r"token\.actions\.(githubusercontent\.com(/.+)?|[^/]+\.ghe\.com(/.+)?)|.+/_services/token",
    subject=rf"repo:[\w.@-]+/[\w.@-]+:(ref:refs/(heads|tags)/{REF}|environment:{PART}|pull_request)(:[^\s*?$][^*?$]*)?",
    example="repo:ORG/NAME:environment:NAME",
    begins=("repo:", "repository:", "repository_owner:", "repository_owner_id:", "repository_id:", "enterprise:"),
)
ISSUERS = (
    GITHUB,
    Issuer(  # https://docs.gitlab.com/ci/cloud_services/aws/
        hosts=r"gitlab\.com|(.+\.)?gitlab\..+",
        subject=rf"project_(path:[\w.-]+(/[\w.-]+)+|id:\d+)(:{PART}:{PART})*:ref_type:(branch|tag):ref:{REF}(:[^\s*?$]+)?",
        example="project_path:GROUP/PROJECT:ref_type:branch:ref:main",
        begins=("project_path:", "project_id:", "namespace_path:", "namespace_id:"),
    ),
    Issuer(  # https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
        hosts=r"app(\.eu)?\.terraform\.io|(.+\.)?(tfe|terraform)\..+",
        subject=rf"organization:{PART}:project:{PART}:(workspace:{PART}:run_phase:(\w+|\*)"
        rf"|stack:{PART}:deployment:{PART}:operation:(\w+|\*))",
        example="organization:ORG:project:PROJECT:workspace:NAME:run_phase:apply",
        begins=("organization:",),
    ),
    Issuer(  # https://buildkite.com/docs/pipelines/security/oidc/aws
        hosts=r"agent\.buildkite\.com",
        subject=rf"organization:{PART}:pipeline:{PART}:ref:{REF}(:commit:[\w*]+(:step:[^\s:]*)?|:\*)?",
        example="organization:ORG:pipeline:NAME:ref:refs/heads/main:commit:*:step:*",
    ),
    Issuer(  # https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html, and other clusters
        hosts=r"oidc\.eks\..+|container\.googleapis\.com/.+|.+\.oic\..*azure\.com/.+",
        subject=r"system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+",
        example="system:serviceaccount:NAMESPACE:NAME",
        begins=("system:",),
    ),
    Issuer(  # https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
        hosts=r"oidc\.circleci\.com/org/.+",
        subject=r"org/[\w-]+/project/[\w-]+/user/(\*|[\w-]+(/[^\s*?$]+)?|\*(/[^\s*?$]+))",
        example="org/ORG_ID/project/PROJECT_ID/user/*",
        begins=("org/",),
    ),
    Issuer(  # https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/
        hosts=r"api\.bitbucket\.org/2\.0/workspaces/.+",
        subject=r"\{?[0-9a-fA-F-]{36}\}?(:\{?[0-9a-fA-F-]{36}\}?)?:(\*|\{?[0-9a-fA-F-]{36}\}?)",
        example="{REPOSITORY_UUID}:{ENVIRONMENT_UUID}:*",
    ),
    Issuer(  # https://docs.spacelift.io/integrations/cloud-providers/oidc/aws-oidc
        hosts=r".+\.app(\.us)?\.spacelift\.io",
        subject=rf"space:{PART}:(stack|module):{PART}:run_type:(\w+|\*):scope:(\w+|\*)",
        example="space:SPACE:stack:STACK:run_type:TRACKED:scope:write",
        begins=("space:",),
    ),
    Issuer(  # https://vercel.com/docs/oidc/aws
        hosts=r"oidc\.vercel\.com(/.+)?",
        subject=rf"owner:{PART}:project:{PART}:environment:{PART}",
        example="owner:TEAM:project:NAME:environment:production",
        begins=("owner:",),
    ),
    Issuer(  # https://www.pulumi.com/docs/administration/access-identity/oidc-client/aws/
        hosts=r"api\.pulumi\.com/oidc",
        subject=rf"pulumi:(deploy:org:{PART}:project:{PART}:stack:{PART}:operation:(\w+|\*):scope:(\w+|\*)"
        rf"|environments:(pulumi\.organization\.login:|org:|env:){PART}(:{PART})*)",
        example="pulumi:deploy:org:ORG:project:PROJECT:stack:STACK:operation:update:scope:write",
        begins=("pulumi:",),
    ),
)
CLAIMS = {
    "graph.facebook.com": ("app_id", "id"),
    "www.amazon.com": ("app_id", "user_id"),
}
"""Issuers whose audience and subject AWS knows by other names."""
COGNITO = "cognito-identity.amazonaws.com"


def claims(issuer: str) -> tuple[str, str]:
    """The condition keys of the audience and of the subject."""
    audience, subject = CLAIMS.get(issuer, ("aud", "sub"))
    return f"{issuer}:{audience}", f"{issuer}:{subject}"


def _issuers(issuer: str, value: str) -> Iterator[Issuer]:
    """The issuer by its host; without one known, those whose subjects begin like this one."""
    known = [one for one in ISSUERS if re.fullmatch(one.hosts, issuer)]
    yield from known or [one for one in ISSUERS if value.lower().startswith(one.begins)]


def is_narrow(issuer: str, value: str) -> bool:
    """True where a subject names one workload: by the issuer's form, and written out in full where none is known."""
    forms = list(_issuers(issuer, value))
    if forms:
        return any(re.fullmatch(form.subject, value) for form in forms)
    return bool(value.strip()) and not iam.is_pattern(value)


def example(issuer: str) -> str:
    """What a subject of this issuer looks like, as the end of a sentence."""
    found = next((one.example for one in ISSUERS if re.fullmatch(one.hosts, issuer)), "")
    return f" such as {found}" if found else ""
