"""A plan is equal for equal previews and for nothing else, and no secret can be read off it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import plan
from reports.events import Run, Step
from reports.plan import Plan, PlanError
from reports.values import SIGNATURE, UNKNOWN
from tests.reports.support.runs import made_up

SEALED = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}  # pragma: allowlist secret
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"  # pragma: allowlist secret
BUCKET = "aws:s3/bucket:Bucket"
_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(UNKNOWN)
VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
INPUTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, min_size=1)


def _step(name: str, operation: str = "create", inputs: Any = None, **other: Any) -> Step:
    urn = f"urn:pulumi:dev::p::{BUCKET}::{name}"
    made = Step(operation=operation, urn=urn, type=BUCKET, parent="", protect=False)
    return replace(made, **{"new": {"inputs": inputs or {}}, **other})


def _plan(*steps: Step, **made_by: str) -> Plan:
    by = {"commit": "c", "engine": "v3", "rules": "r", **made_by}
    return plan.plan(made_up(steps), "dev", **by)


def _whole(run: Run) -> str:
    return plan.written(plan.plan(run, "dev", commit="c", engine="v3", rules="r"))


@given(INPUTS, st.permutations(range(3)))
def test_the_order_of_events_and_keys_says_nothing(inputs: dict[str, Any], order: list[int]) -> None:
    """Resources finish in another order each time."""
    steps = [_step(f"bucket-{number}", inputs=inputs) for number in range(3)]
    turned = [replace(steps[number], new={"inputs": dict(reversed(inputs.items()))}) for number in order]
    assert _whole(made_up(steps)) == _whole(made_up(turned))


@given(INPUTS, INPUTS)
def test_another_value_is_another_plan(before: dict[str, Any], after: dict[str, Any]) -> None:
    """The properties that differ are named, and no others."""
    lines = plan.differences(_plan(_step("logs", inputs=before)), _plan(_step("logs", inputs=after)))
    absent = object()
    differing = [n for n in sorted({*before, *after}) if _text(before.get(n, absent)) != _text(after.get(n, absent))]
    assert [line.removeprefix("logs (s3 Bucket): ").split()[0] for line in lines] == differing


def _text(value: Any) -> str:
    """Values as JSON has them: true is not 1."""
    return json.dumps(value, sort_keys=True, default=repr)


@given(INPUTS)
def test_a_plan_survives_its_file(tmp_path_factory: pytest.TempPathFactory, inputs: dict[str, Any]) -> None:
    """Read back it is equal, and is written as it was."""
    made = _plan(_step("logs", "replace", inputs), _step("old", "delete"))
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    path.write_text(plan.written(made), encoding="utf-8")
    assert plan.read(path, "dev") == made
    assert plan.differences(plan.read(path, "dev"), made) == []


def test_a_secret_leaves_no_trace_but_whether_it_changes() -> None:
    """Neither a sealed value nor one whose name or form says so changes the file: nothing can be tried against it."""
    secrets: list[tuple[str, Any, Any]] = [
        ("value", SEALED, {**SEALED, "ciphertext": "other"}),
        ("password", "hunter2", "correct horse"),
        ("note", "AKIA" + "A1B2C3D4E5F6G7H8", "AKIA" + "H8G7F6E5D4C3B2A1"),
        *(("deep", [{name: "one"}], [{name: "two"}]) for name in ("masterPassword",)),
    ]
    for name, old, new in secrets:
        assert _plan(_step("x", inputs={name: old})) == _plan(_step("x", inputs={name: new}))
    quiet, changing = (
        _plan(_step("x", "update", {"value": SEALED, "n": 1}, keys=keys)) for keys in (["n"], ["n", "value"])
    )
    assert plan.differences(quiet, changing) == ["x (s3 Bucket): now changes value"]
    assert plan.differences(changing, quiet) == ["x (s3 Bucket): no longer changes value"]


def test_names_that_a_provider_invents_are_left_out_wherever_they_stand() -> None:
    """In the resource and in what refers to it; a name that somebody chose is not, however it ends."""

    def named(suffix: str, role: str = "role") -> Plan:
        own = {"__defaults": ["name"], "name": f"{role}-{suffix}"}
        policy = {"policy": json.dumps({"Resource": f"arn:aws:iam::1:role/{role}-{suffix}"})}
        return _plan(_step("role", inputs=own), _step("policy", inputs=policy))

    assert named("1a2b3c4") == named("fffffff")
    chosen = [_plan(_step("role", inputs={"name": f"role-{suffix}"})) for suffix in ("1a2b3c4", "fffffff")]
    assert plan.differences(*chosen) != []
    others = [_plan(_step("role", inputs={"__defaults": ["name"], "name": f"role-{s}"})) for s in ("v1", "v2")]
    assert plan.differences(*others) != []
    kept = [
        _plan(_step("role", "update", {"__defaults": ["name"], "name": f"role-{s}"})) for s in ("1a2b3c4", "fffffff")
    ]
    assert plan.differences(*kept) != [], "an existing resource has the name that it has"


def test_names_in_a_cluster_are_invented_where_a_note_says_so() -> None:
    """As pulumi-kubernetes marks them."""

    def named(name: str, mark: str) -> Plan:
        return _plan(_step("web", inputs={"metadata": {"name": name, "annotations": {"pulumi.com/autonamed": mark}}}))

    assert named("web-1a2b3c4d", "true") == named("web-ffffffff", "true")
    assert named("web-1a2b3c4d", "no") != named("web-ffffffff", "no")


def test_a_file_counts_by_its_content() -> None:
    """The folder of a machine is no difference; other code is."""

    def code(path: str, digest: str) -> Plan:
        return _plan(_step("f", inputs={"code": {SIGNATURE: ARCHIVE, "path": path, "hash": digest}}))

    assert code("/one/f.zip", "aa") == code("/two/f.zip", "aa")
    assert plan.differences(code("/f.zip", "aa"), code("/f.zip", "bb")) == [
        "f (s3 Bucket): code would have another value than was reviewed"
    ]


def test_operations_are_compared() -> None:
    """Each kind of difference is a sentence of its own; what is only read or unchanged is no part of a plan."""
    before = _plan(
        _step("a", "update"), _step("b"), _step("gone", "delete"), _step("seen", "read"), _step("same", "same")
    )
    after = _plan(_step("a", "replace"), _step("b"), _step("new", "delete"))
    assert len(before.steps) == 3
    assert plan.differences(before, after) == [
        "a (s3 Bucket): reviewed as update, now replace",
        "gone (s3 Bucket): reviewed as delete, now unchanged",
        "new (s3 Bucket): not reviewed and now delete",
    ]


def test_protection_that_goes_is_part_of_a_plan() -> None:
    """The engine calls a resource unchanged whose protection alone is taken away."""
    bare = _step("data", "same", old={"protect": True, "inputs": {}}, new={"inputs": {}})
    assert plan.differences(_plan(), _plan(bare)) == ["data (s3 Bucket): not reviewed and now same"]
    kept = _step("data", "update", old={"protect": True}, new={"protect": True, "inputs": {}})
    freed = _step("data", "update", old={"protect": True}, new={"inputs": {}})
    assert plan.differences(_plan(kept), _plan(freed)) == ["data (s3 Bucket): options none, reviewed with protect"]


def test_two_steps_of_one_urn_are_both_compared() -> None:
    """What is left over of a replacement is deleted beside an update of what replaced it."""
    both, one = _plan(_step("a", "update"), _step("a", "delete")), _plan(_step("a", "update"))
    assert plan.differences(both, both) == []
    assert len(plan.differences(both, one)) > 0
    assert len(plan.differences(one, both)) > 0


def test_by_what_they_were_made_is_said() -> None:
    """It explains a difference, and is none."""
    old, new = _plan(engine="v3.1"), _plan(engine="v3.2", commit="d")
    assert plan.differences(old, new) == []
    assert plan.made_otherwise(old, new) == ["commit c, now d", "engine v3.1, now v3.2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no plan"),
        ("{", "no plan"),
        ("[]", "no plan"),
        ('{"version": 2, "stack": "dev", "commit": "", "engine": "", "rules": ""}', "no plan (version: "),
        ('{"version": 1, "stack": "dev", "commit": "", "engine": "", "rules": "", "more": 1}', "no plan (more: "),
        ('{"version": 1, "stack": "production", "commit": "", "engine": "", "rules": ""}', "a plan of production"),
        (None, "No such file or directory; `make preview STACK=dev` writes one"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    """One sentence with the file and the reason."""
    path = tmp_path / "plan.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(PlanError) as raised:
        plan.read(path, "dev")
    assert str(raised.value).startswith(f"PLAN={path}: ")
    assert said in str(raised.value)


def test_names_from_a_plan_are_harmless() -> None:
    """Whoever wrote the file may have put control sequences into it."""
    made = _plan(_step("a"))
    evil = made.model_copy(
        update={"steps": (made.steps[0].model_copy(update={"urn": made.steps[0].urn + "\x1b[2J\n"}),)}
    )
    assert not any(set("\x1b\n") & set(line) for line in plan.differences(evil, made))
