"""No input makes a rule, the reachability or its report raise: every value may arrive with a wrong shape."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UnknownValueError

from layers import access, data, foundation, secrets
from lib.shapes import mapping
from policy.core.engine import Rule, load_rules
from policy.facts import grants
from policy.facts.plaintext import redactor
from policy.reachability.read import read_stack
from policy.reachability.who import faces, reaches
from reports.reach import rows_of
from stacks import tags
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import Deployment
from tests.policy.core.test_inventory import cases_of
from tests.policy.support.mutations import VALUES, mutants, places
from tests.policy.support.second_look import rows
from tests.support.depth import deep, examples
from tests.support.resources import Res, as_resource_args, as_stack, urn_of

pytestmark = pytest.mark.no_cover

RULES = load_rules()
NETWORKS = ("sec-06-no-path-from-internet", "sec-06-granted-paths", "sec-06-database-subnets", "sec-07-no-open-ingress")
KINDS = st.sampled_from(VALUES)


def run(rule: Rule, resources: Sequence[Res], whole: Sequence[PolicyResource]) -> None:
    """All that a rule says, without the net that the pack spans below it."""
    try:
        if rule.check_stack is not None:
            for accused, message in rule.check_stack(whole):
                assert redactor([accused])(message)
            return
        for resource in resources:
            if rule.check is not None and (not rule.types or resource.type in rule.types):
                arguments = as_resource_args(resource)
                assert all(map(redactor([arguments]), rule.check(arguments)))
    except UnknownValueError:
        return


@st.composite
def changed(draw: Callable[..., Any], pool: Sequence[Sequence[Res]]) -> list[Res]:
    """One of several stacks with one or two values replaced."""
    resources = list(draw(st.sampled_from(pool)))
    for _ in range(draw(st.integers(1, 2))):
        if there := places(resources):
            which, path = draw(st.sampled_from(there))
            resources = mutants(resources, which, path, draw(KINDS))
    return resources


@deep
@pytest.mark.parametrize("name", RULES)
def test_no_rule_raises(name: str) -> None:
    """Each rule over its own cases, mutated: a finding, or nothing, or the SDK's word for what is unknown."""
    pool = [case.resources for case in cases_of(name)]

    @settings(max_examples=examples(60), database=None)
    @given(changed(pool))
    def held(resources: list[Res]) -> None:
        run(RULES[name], resources, as_stack(resources))

    held()


@deep
@pytest.mark.parametrize("name", sorted({rule for rule, *_ in rows()}))
def test_no_rule_raises_over_fresh_cases(name: str) -> None:
    """The same over the cases of the second look, which hold every service and spelling."""
    pool = [resources for rule, _, resources in rows() if rule == name]

    @settings(max_examples=examples(40), database=None)
    @given(changed(pool))
    def held(resources: list[Res]) -> None:
        run(RULES[name], resources, as_stack(resources))

    held()


@deep
def test_reachability_never_raises() -> None:
    """Reading, solving and reporting, both ways of reading what is unknown."""
    pool = [case.resources for name in NETWORKS for case in cases_of(name)]

    @settings(max_examples=examples(60), database=None)
    @given(changed(pool))
    def held(resources: list[Res]) -> None:
        model = grants.current("production")
        for guess in (False, True):
            here = read_stack(as_stack(resources), guess=guess)
            assert all(row.path for row in [*reaches(here, model), *faces(here)])
        entries = [
            {"urn": urn_of(r.type, r.name), "type": r.type, "id": r.name, "inputs": dict(r.inputs), "outputs": {}}
            for r in as_declared(resources)
        ]
        assert isinstance(rows_of(entries), list)

    held()


def as_declared(resources: Sequence[Res]) -> list[Res]:
    """The resources with their references resolved, as a state holds them."""
    return [Res(made.resource_type, made.name, plain(made.props)) for made in as_stack(resources)]


def plain(value: Any) -> Any:
    """A proxy as what it wraps."""
    raw = value["__target"] if type(value).__name__ in ("_DictProxy", "_ListProxy") else value
    if isinstance(raw, dict):
        return {key: plain(item) for key, item in mapping(raw).items()}
    return [plain(item) for item in raw] if isinstance(raw, list) else raw


def test_the_platform_mutated(deploy: Callable[..., Deployment]) -> None:
    """The platform's own declaration, one value of it wrong: every rule still judges the rest."""
    chosen = load_file(FOLDER / "Pulumi.production.yaml")

    def program() -> None:
        tags.register(chosen.tags)
        base = foundation.build(chosen)
        reach = access.build(chosen, base)
        secrets.build(chosen, base, reach, data.build(chosen, base, reach))

    made = [Res(r.type, r.name, r.inputs, protect=r.protect) for r in deploy(program, stack="production").resources]

    @settings(max_examples=10, database=None)
    @given(changed([made]))
    def held(resources: list[Res]) -> None:
        whole = as_stack(resources)
        for rule in RULES.values():
            run(rule, resources, whole)

    held()
