"""Turn rules, ledger and waivers into the policies of a pack."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    ReportViolation,
    ResourceValidation,
    ResourceValidationArgs,
    Severity,
    StackValidation,
    StackValidationArgs,
    StackValidationPolicy,
)

from models.roadmap.waiver import Waiver, WaiverFile
from policy.core import isolation
from policy.core.engine import Check, Ledger, Rule, StackCheck, enforcement
from policy.core.guidance import OF_WAIVERS, SOURCE, WAIVER_POLICIES
from policy.core.names import path_of
from policy.core.servicer import TypedPolicy
from policy.core.waivers import Exceptions
from policy.facts.plaintext import redactor
from policy.facts.props import Resource, stack_of

NAME = "nationgraph"


def build(
    rules: Mapping[str, Rule], ledger: Ledger, waivers: WaiverFile, today: dt.date, *, stacks: Iterable[str]
) -> list[Policy]:
    """One policy for each rule, and last the two about waivers, which need all others to have run.

    ``stacks`` are the names that a waiver may give. KeyError where the ledger lacks the clause of a rule.
    """
    exceptions = Exceptions(waivers, rules, stacks, today)
    policies = [_policy(name, rule, enforcement(rule, ledger, today), exceptions) for name, rule in rules.items()]
    return [*policies, *_about_waivers(exceptions)]


def _policy(name: str, rule: Rule, level: EnforcementLevel, exceptions: Exceptions) -> Policy:
    frameworks = [PolicyComplianceFramework(f.name, f.version, f.reference) for f in rule.frameworks]
    others = [f"{f.name} {f.version} {f.reference}" for f in rule.frameworks[1:]]
    described: dict[str, Any] = {
        "name": name,
        "description": rule.description,
        "enforcement_level": level,
        "severity": rule.severity,
        "framework": frameworks[0] if frameworks else None,
        "tags": [rule.clause, *others],
        "remediation_steps": rule.remediation,
        "url": f"{SOURCE}/{path_of(name)}",
    }
    waivers = exceptions.for_rule(name)
    if rule.check is not None:
        return TypedPolicy(types=rule.types, validate=_resource(rule.check, waivers, exceptions), **described)
    if rule.check_stack is not None:
        return StackValidationPolicy(validate=_stack(rule.check_stack, waivers, exceptions), **described)
    raise AssertionError(f"{name}: a rule has check or check_stack")


def _resource(check: Check, waivers: tuple[Waiver, ...], exceptions: Exceptions) -> ResourceValidation:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        excused = _matching(waivers, args)
        exceptions.analysed(excused, args)
        redact = redactor([args])
        for _, said in isolation.of_resource(check, args):
            message = redact(said)
            if not exceptions.waive(excused, args, message):
                report(f"{args.name}: {message}", args.urn)

    return validate


def _stack(check: StackCheck, waivers: tuple[Waiver, ...], exceptions: Exceptions) -> StackValidation:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        redact = redactor(args.resources)
        for resource, said in isolation.of_stack(check, args.resources):
            message = redact(said)
            if not exceptions.waive(_matching(waivers, resource), resource, message):
                report(f"{resource.name}: {message}", resource.urn)

    return validate


def _matching(waivers: tuple[Waiver, ...], resource: Resource) -> list[Waiver]:
    stack = stack_of(resource.urn)
    return [w for w in waivers if w.stack == stack and w.covers(resource.resource_type, resource.name)]


def _about_waivers(exceptions: Exceptions) -> list[Policy]:
    """The findings about waivers, and the list of what is waived, which also ends the run: it comes last."""

    def judge(args: StackValidationArgs, report: ReportViolation) -> None:
        for finding in exceptions.judge(args.resources):
            report(str(finding), None)

    def waived(_args: StackValidationArgs, report: ReportViolation) -> None:
        for urn, message in exceptions.report():
            report(message, urn)

    validations = (
        (
            judge,
            EnforcementLevel.MANDATORY,
            Severity.HIGH,
            "REV-01: every waiver is well-formed, in force, narrow and used",
        ),
        (waived, EnforcementLevel.ADVISORY, Severity.LOW, "REV-01: what is waived is reported in every run"),
    )
    return [
        StackValidationPolicy(
            name=name,
            description=description,
            validate=validate,
            enforcement_level=level,
            severity=severity,
            tags=["REV-01"],
            remediation_steps=OF_WAIVERS,
            url=f"{SOURCE}/roadmap/waivers.yaml",
        )
        for name, (validate, level, severity, description) in zip(WAIVER_POLICIES, validations, strict=True)
    ]
