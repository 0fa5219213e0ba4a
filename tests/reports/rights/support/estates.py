"""A stack under mocks as the judgement sees it: the mocks' ids and ARNs in AWS's form."""

import json
import re
from dataclasses import replace

from reports.rights.subjects import Estate, Place, Subject, backend
from tests.conftest import ACCOUNT, REGION, Deploy, Recorded
from tests.layers.support.stacks import account_of, deployed_stack

ARN_AS_ID = ("Policy", "Secret", "Topic")
"""Types whose id in Pulumi is their ARN."""


def estate(deploy: Deploy, stack: str) -> Estate:
    """Everything of AWS that a stack of the repository declares, and its backend."""
    account = account_of(stack)
    place = Place(account=account.id, region=account.region)
    made = [r for r in deployed_stack(deploy, stack).resources if r.custom and r.type.startswith("aws:")]
    first = Estate(place=place, subjects=[_subject(resource) for resource in made])
    whole = _named(first, dict(pair for subject in first.subjects for pair in _names(first, subject).items()))
    return replace(whole, subjects=[*whole.subjects, *backend(whole)])


def _subject(resource: Recorded) -> Subject:
    automatic = {"name": resource.name, "nodeGroupName": resource.name}
    known = {**automatic, **resource.inputs, "id": f"{resource.name}-id"}
    return Subject(urn=resource.urn, token=resource.type, properties=known)


def _names(first: Estate, subject: Subject) -> dict[str, str]:
    """What the mocks call a resource, and what AWS does."""
    service, kind = subject.token.split(":")[1].split("/")[0], subject.token.rpartition(":")[2]
    arn = first.arn(subject)
    names = {f"arn:aws:{service}:{REGION}:{ACCOUNT}:{subject.name}": arn} if arn else {}
    names |= {f"{subject.name}-id": str(arn)} if kind in ARN_AS_ID else {}
    names |= {f"{subject.name}-id": subject.properties["name"]} if kind == "Role" else {}
    names |= {f"{subject.name}-key": f"{subject.name}-id"} if service == "kms" else {}
    return {old: str(new) for old, new in names.items()}


def _named(first: Estate, names: dict[str, str]) -> Estate:
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))

    def named(subject: Subject) -> Subject:
        text = pattern.sub(lambda found: names[found[0]], json.dumps(subject.properties, default=str))
        return replace(subject, properties=json.loads(text))

    return replace(first, subjects=[named(subject) for subject in first.subjects])


def granting(whole: Estate, policy: str, actions: list[str], resource: str = "*") -> Estate:
    """The same with one more statement in the policy of that name."""

    def wider(subject: Subject) -> Subject:
        if subject.name != policy:
            return subject
        document = json.loads(subject.properties["policy"])
        document["Statement"].append({"Sid": "More", "Effect": "Allow", "Action": actions, "Resource": resource})
        return replace(subject, properties={**subject.properties, "policy": json.dumps(document)})

    return replace(whole, subjects=[wider(subject) for subject in whole.subjects])


def without(whole: Estate, policy: str, action: str) -> Estate:
    """The same with one action less in the policy of that name."""

    def narrower(subject: Subject) -> Subject:
        if subject.name != policy:
            return subject
        text = subject.properties["policy"]
        assert f'"{action}"' in text
        return replace(
            subject, properties={**subject.properties, "policy": text.replace(f'"{action}"', '"s3:GetBucketAcl"')}
        )

    return replace(whole, subjects=[narrower(subject) for subject in whole.subjects])
