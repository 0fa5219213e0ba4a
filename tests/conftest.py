"""One recorder and one set of fixtures: run a program under Pulumi's mocks, run rules over what it registered."""

import asyncio
import gc
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pulumi
import pytest
from pulumi.runtime import mocks, rpc
from pulumi_policy import PolicyResource
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import unknown_checking_proxy

from cli import desired
from policy.core.engine import Rule
from policy.core.snapshot import SecretText
from reports.policy_resources import options
from tests.support.depth import DEEP, in_sample
from tests.support.resources import Res, as_resource_args, as_stack

# The machine may be busy: how long an example takes says nothing about it. A gate must not pass by luck: it tries the
# same examples in every run, and `make prove` new ones.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=not DEEP)
hypothesis.settings.load_profile("gate")

gc.disable()  # until everything is collected: nothing of it goes away

ACCOUNT = desired.ACCOUNT
REGION = desired.REGION


@dataclass
class Recorded:
    """One registered resource: what the program sent, and the options that the engine would see."""

    type: str
    name: str
    inputs: dict[str, Any]
    urn: str
    custom: bool
    parent: str = ""
    protect: bool = False
    retain: bool = False
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    request: Any = None


@dataclass
class Deployment:
    """Everything that a program registered, in order, and what it exported or returned."""

    resources: list[Recorded]
    result: Any = None

    def all(self, type_: str) -> list[Recorded]:
        """The resources of a Pulumi type."""
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str) -> Recorded:
        """The only resource of a Pulumi type."""
        (resource,) = self.all(type_)
        return resource

    def named(self, name: str) -> Recorded:
        """The only resource with a name."""
        (resource,) = [resource for resource in self.resources if resource.name == name]
        return resource

    def stack(self) -> list[PolicyResource]:
        """The resources as a stack policy receives them."""
        made = {}
        for r in self.resources:
            opts = options(protect=r.protect)
            props = unknown_checking_proxy({"id": f"{r.name}-id", **r.inputs})
            made[r.urn] = PolicyResource(r.type, props, r.urn, r.name, opts, None, None, [], {})
        for r in self.resources:
            made[r.urn].parent = made.get(r.parent)
            made[r.urn].dependencies = [made[u] for u in r.dependencies if u in made]
            edges = {k: [made[u] for u in urns if u in made] for k, urns in r.property_dependencies.items()}
            made[r.urn].property_dependencies = edges
        return list(made.values())


def _marked(value: Any) -> Any:
    """Secrets as the policy pack sees them: the SDK leaves them in their envelope here."""
    if isinstance(value, dict):
        if value.get(SPECIAL_SIG_KEY) == SPECIAL_SECRET_SIG:
            return SecretText(value["value"])
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


class _Monitor(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(desired.Cloud())
        self.recorded: list[Recorded] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            edges = {key: list(value.urns) for key, value in request.propertyDependencies.items()}
            self.recorded.append(
                Recorded(
                    type=request.type,
                    name=request.name,
                    inputs=_marked(rpc.deserialize_properties(request.object, keep_unknowns=True)),
                    urn=response.urn,
                    custom=request.custom,
                    parent=request.parent,
                    protect=request.protect,
                    retain=request.retainOnDelete,
                    dependencies=list(request.dependencies),
                    property_dependencies=edges,
                    request=request,
                )
            )
        return response


Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Run a program (a function without arguments) under mocks; errors of the program are raised here."""
    loops = []

    def run(program: Callable[[], Any], *, stack: str = "production", preview: bool = False) -> Deployment:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])
        monitor = _Monitor()
        pulumi.runtime.settings.ROOT.set(None)  # else transformations of an earlier run are applied to this one
        pulumi.runtime.mocks.set_mocks(
            monitor.mocks, project="nationgraph-platform", stack=stack, preview=preview, monitor=monitor
        )
        held: list[Any] = []
        pulumi.runtime.test(lambda: held.append(program()))()
        return Deployment(monitor.recorded, held[0] if held else None)

    yield run
    asyncio.set_event_loop(None)
    for loop in loops:  # each holds three file descriptors
        loop.close()


Violations = Callable[..., list[str]]


@pytest.fixture
def violations() -> Violations:
    """The messages of a rule for one resource (``type_`` and ``inputs``), seen through the engine's own proxies."""

    def run(rule: Rule, type_: str, inputs: dict[str, Any], *, name: str = "it", protect: bool = False) -> list[str]:
        if rule.check is None:
            pytest.fail("this rule looks at the whole stack: use stack_violations")
        if rule.types and type_ not in rule.types:
            return []
        return list(rule.check(as_resource_args(Res(type_, name, inputs, protect=protect))))

    return run


@pytest.fixture
def stack_violations() -> Callable[[Rule, Deployment | Sequence[Res]], list[str]]:
    """The messages of any rule over a deployment or over made-up resources, each led by the resource's name."""

    def run(rule: Rule, subject: Deployment | Sequence[Res]) -> list[str]:
        stack = subject.stack() if isinstance(subject, Deployment) else as_stack(subject)
        if rule.check_stack is not None:
            return [f"{resource.name}: {message}" for resource, message in rule.check_stack(stack)]
        chosen = [r for r in stack if not rule.types or r.resource_type in rule.types]
        return [f"{r.name}: {message}" for r in chosen if rule.check for message in rule.check(r)]

    return run


def _long_first(items: list[pytest.Item]) -> None:
    """Modules that wait for servers and engines before the quick ones, which then even out what the workers have."""
    folders = {"engine", "e2e", "how_to"}
    items.sort(key=lambda item: folders.isdisjoint(item.path.relative_to(item.config.rootpath).parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a sample of what is ``sampled``; leave what walks the same lines again out of the coverage, for its time."""
    marks = [(item, item.get_closest_marker("deep")) for item in items]
    left = [item for item, mark in marks if mark and not in_sample(item.name, mark.kwargs.get("one_in", 1))]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
    _long_first(items)
    for item, mark in marks:
        if mark or hasattr(getattr(item, "obj", None), "hypothesis"):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker of xdist, end the measuring that pytest-cov 7.1 began there for want of knowing that it is one.

    It begins another for the worker; while that one pauses, the first would go on, and ``no_cover`` save nothing.
    """
    plugin = session.config.pluginmanager.get_plugin("_cov")
    if hasattr(session.config, "workerinput") and plugin and plugin.cov_controller:
        plugin.cov_controller.cov.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Leave out of the coverage, too, what a ``no_cover`` test sets up: pytest-cov does so for its call alone."""
    plugin = item.config.pluginmanager.get_plugin("_cov")
    left = plugin and plugin.cov_controller and item.get_closest_marker("no_cover")
    if left:
        plugin.cov_controller.pause()
    try:
        yield
    finally:
        if left:
            plugin.cov_controller.resume()


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector need not look through it again, a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


MEASURED = re.compile(r"(?<!exchange )\b\d+ of \d+\b|\d s (later|after)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End with what the tests measured: what they printed of N of N and of seconds, also from xdist's workers."""
    passed = [report for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    lines = [line.strip() for report in passed for line in report.capstdout.splitlines() if MEASURED.search(line)]
    if lines:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(sorted(lines)))
