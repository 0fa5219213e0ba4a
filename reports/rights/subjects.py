"""What is declared: resources with their ARNs, roles with their policies, policies of resources."""

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import jmespath

from lib.identities import STATE_ALIAS
from reports.rights import needs, reference

ROLE: Final = "aws:iam/role:Role"
_POLICIES: Final = {
    "aws:kms/key:Key": "arn",
    "aws:kms/externalKey:ExternalKey": "arn",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",  # pragma: allowlist secret
    "aws:s3/bucketPolicy:BucketPolicy": "bucket",
}
"""Types that carry the policy of a resource, and the property that names it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The account and region of a stack."""

    account: str
    region: str

    def fill(self, text: str) -> str:
        """The text with ``REGION`` and ``ACCOUNT`` filled in."""
        return text.replace("REGION", self.region).replace("ACCOUNT", self.account)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One resource of AWS: URN, type in Pulumi, inputs and what is known of the outputs, ``id`` among them."""

    urn: str
    token: str
    properties: Mapping[str, Any]

    @property
    def type(self) -> needs.Type:
        """Its row in the table.

        Raises:
            LookupError: the table has none.

        """
        if self.token not in needs.types():
            raise LookupError(f"{self.token}: no row in reports/rights/needs says what pulumi-aws calls for it")
        return needs.types()[self.token]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.split("::", 3)[-1]


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role: its ARN, the documents of its policies, the document and ARN of its boundary."""

    name: str
    arn: str
    policies: Sequence[Mapping[str, Any]]
    boundary: Mapping[str, Any] | None
    boundary_arn: str


@dataclass(frozen=True, kw_only=True)
class Estate:
    """Everything that a stack declares in AWS."""

    place: Place
    subjects: Sequence[Subject] = field(repr=False)

    def all(self, token: str) -> list[Subject]:
        """The resources of a type."""
        return [subject for subject in self.subjects if subject.token == token]

    def arn(self, subject: Subject) -> str | None:
        """The ARN of a resource; None for what is part of another one."""
        type_ = subject.type
        if type_.kind is None:
            return None
        kind = self._kind(type_)
        own = subject.properties.get("arn")
        if isinstance(own, str) and kind.is_arn(_normal(own)):
            return own
        filled = self.filled(subject, kind)
        if not filled:
            raise LookupError(f"{subject.token}: nothing fills {kind.arn}; say it in `names`")
        return filled[0]

    @staticmethod
    def _kind(type_: needs.Type) -> reference.Kind:
        steps = itertools.chain(*type_.phases.values(), type_.tags)
        kinds = (kind for step in steps for kind in reference.action(step.action).kinds if step.on is None)
        return next(kind for kind in kinds if kind.name == str(type_.kind).lower())

    def filled(self, subject: Subject, kind: reference.Kind) -> list[str]:
        """The ARNs of a kind of resource that a resource's own properties name; empty where they name none."""
        values = [self._values(subject, name) for name in kind.placeholders]
        arns = []
        for chosen in itertools.product(*values):
            text = kind.arn
            for name, value in zip(kind.placeholders, chosen, strict=True):
                text = text.replace(f"${{{name}}}", value)
            arns.append(self._located(text))
        return arns or [arn for arn in texts(subject.properties) if arn.startswith("arn:") and kind.is_arn(arn)]

    def _located(self, text: str) -> str:
        for name, value in (("Partition", "aws"), ("Region", self.place.region), ("Account", self.place.account)):
            text = text.replace(f"${{{name}}}", value)
        return _normal(text)

    def _values(self, subject: Subject, placeholder: str) -> list[str]:
        """What fills a placeholder: by the type's row, else by the property of that name, or the list of them."""
        type_, given = subject.type, subject.properties
        path = type_.names.get(placeholder) or type_.others.get(placeholder)
        prop = placeholder[0].lower() + placeholder[1:]
        found = jmespath.search(path, given) if path else given.get(prop) or given.get(f"{prop}s")
        values = found if isinstance(found, list | tuple) else [found]
        filled = [
            self.place.fill(str(value).split("://")[-1])
            for value in values
            if value and not str(value).startswith("arn:")
        ]
        return [self._roles.get(value, value) for value in filled] if placeholder == "RoleNameWithPath" else filled

    @cached_property
    def _roles(self) -> Mapping[str, str]:
        """The path and name of each role by its name."""
        return {
            r.properties["name"]: f"{r.properties.get('path') or '/'}{r.properties['name']}" for r in self.all(ROLE)
        }

    @cached_property
    def policies(self) -> Mapping[str, Mapping[str, Any]]:
        """Managed policies by ARN."""
        found = {self.arn(subject): _document(subject) for subject in self.all("aws:iam/policy:Policy")}
        return {arn: document for arn, document in found.items() if arn}

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """Roles by ARN."""
        made = {}
        for subject in self.all(ROLE):
            name, arn = subject.properties["name"], self.arn(subject)
            own = [s for s in self.all("aws:iam/rolePolicy:RolePolicy") if s.properties["role"] == name]
            attached = [
                s.properties["policyArn"]
                for s in self.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
                if s.properties["role"] == name
            ]
            boundary = str(subject.properties.get("permissionsBoundary", ""))
            made[str(arn)] = Role(
                name=name,
                arn=str(arn),
                policies=[*map(_document, own), *(self.policies[a] for a in attached if a in self.policies)],
                boundary=self.policies.get(boundary),
                boundary_arn=boundary,
            )
        return made

    @cached_property
    def resource_policies(self) -> Mapping[str, Mapping[str, Any]]:
        """The policies of keys, secrets and buckets, by the ARN of what they protect."""
        found: dict[str, Mapping[str, Any]] = {}
        for token, by in _POLICIES.items():
            for subject in (s for s in self.all(token) if s.properties.get("policy")):
                named = self.arn(subject) if by == "arn" else str(subject.properties[by])
                found[str(named) if by != "bucket" else f"arn:aws:s3:::{named}"] = _document(subject)
        return found

    @cached_property
    def aliases(self) -> Mapping[str, list[str]]:
        """The aliases of each key, by its id."""
        found: dict[str, list[str]] = {}
        for subject in self.all("aws:kms/alias:Alias"):
            found.setdefault(str(subject.properties["targetKeyId"]), []).append(subject.properties["name"])
        return found


BACKEND: Final = "nationgraph:backend"


def backend(estate: Estate) -> list[Subject]:
    """The state bucket and its key, with which Pulumi itself works; none where none is declared."""
    keys = [key for key, aliases in estate.aliases.items() if STATE_ALIAS in aliases]
    buckets = [s.properties["bucket"] for s in estate.all("aws:s3/bucket:Bucket")]
    arn = f"arn:aws:kms:{estate.place.region}:{estate.place.account}:key/"
    return [
        Subject(
            urn="::::nationgraph:backend::state",
            token=BACKEND,
            properties={"bucket": bucket, "arn": f"arn:aws:s3:::{bucket}", "key": key, "keyArn": f"{arn}{key}"},
        )
        for key in keys
        for bucket in buckets
        if bucket.startswith("nationgraph-state-")
    ]


def texts(value: Any) -> Iterable[str]:
    """Every text inside a value."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def _normal(arn: str) -> str:
    """An ARN without what a property repeats of its format: ``alias/alias/x``, ``role//path/x``."""
    return re.sub(r"/{2,}", "/", arn.replace(":alias/alias/", ":alias/"))


def _document(subject: Subject) -> Mapping[str, Any]:
    policy = subject.properties["policy"]
    document: Mapping[str, Any] = json.loads(policy) if isinstance(policy, str) else policy
    return document
