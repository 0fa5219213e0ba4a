"""A policy pack with one rule that does nothing: what the engine, the SDK and a process cost, whatever is judged."""

from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

PolicyPack(
    "empty",
    [ResourceValidationPolicy("nothing", "Nothing is asked.", lambda _args, _report: None)],
    EnforcementLevel.MANDATORY,
)
