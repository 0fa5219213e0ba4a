"""Evidence is known by what a file holds; what is none is one line with the way to make it."""

import datetime as dt
import json
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.cost.model import Estimate, Line
from reports.cost.output import as_json as costs
from reports.findings import outputs
from reports.scorecard.evidence import load, of_file
from tests.reports.scorecard.support.cards import TODAY, report
from tests.support.depth import examples

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites><testsuite name="&b;"/></testsuites>'


def line(monthly: str) -> Line:
    """One thing a month."""
    return Line(urn="u", type="t", component="c", item="i", quantity=Decimal(1), unit="month", price=Decimal(monthly))


def test_each_file_is_known_by_what_it_holds(tmp_path: Path) -> None:
    """Reports, costs, newer versions; other files are no evidence."""
    (tmp_path / "a.json").write_text(outputs.as_json(report("dev")))
    (tmp_path / "b.json").write_text(costs({"dev": Estimate(lines=[line("12.5")])}))
    (tmp_path / "c.json").write_text('[{"name": "Detect_Secrets", "version": "1", "latest_version": "1.6"}]')
    (tmp_path / "notes.txt").write_text("{")
    made = load(tmp_path, ())
    assert made.reports == {"dev": report("dev")}
    assert made.cost == {"dev": Decimal("12.5")}
    assert made.newer == {"detect-secrets": "1.6"}
    assert made.tests is None


def test_the_last_report_of_a_stack_counts(tmp_path: Path) -> None:
    """Whatever the files are called."""
    for name, age in (("a", 0), ("b", 3)):
        day = TODAY - dt.timedelta(days=age)
        (tmp_path / f"{name}.json").write_text(outputs.as_json(report("dev", day=day)))
    assert load(tmp_path, ()).reports["dev"].today == TODAY


def test_a_report_without_subjects_is_read(tmp_path: Path) -> None:
    """As an older commit wrote it: then no service is judged by it."""
    document = json.loads(outputs.as_json(report("charts-dev")))
    del document["subjects"]
    (tmp_path / "a.json").write_text(json.dumps(document))
    assert load(tmp_path, ()).reports["charts-dev"].subjects == ()


def test_a_real_run_of_tests_is_read(tmp_path: Path) -> None:
    """In pytest's own words, classes and parameters among them."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(
        "import pytest\n\n\nclass TestIt:\n    @pytest.mark.parametrize('n', [1, 2])\n    def test_n(self, n):\n"
        "        assert n == 1\n\n\ndef test_skipped():\n    pytest.skip('x')\n"
    )
    (tmp_path / "tests" / "test_it_too.py").write_text("def test_a():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml=run.xml", "tests"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    tests = load(tmp_path, ()).tests
    assert tests is not None
    assert of_file(tests, "tests/test_it.py") == {"passed": 1, "failed": 1, "skipped": 1}
    assert of_file(tests, "tests/test_it_too.py") == {"passed": 1}
    assert of_file(tests, "tests/test_other.py") == {}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.json", "{", "cannot be read"),
        ("a.json", "[" * 100_000, "cannot be read"),
        ("a.json", "null", "should be an object"),
        ("a.json", "{}", "Field required"),
        ("a.json", '[{"name": "x"}]', "0.latest_version: Field required"),
        ("a.json", '{"currency": "USD", "stacks": {"dev": {"total": "much"}}}', "stacks.dev.total"),
        ("a.json", '{"currency": "USD", "stacks": {"dev": {"total": "1e999999"}}}', "stacks.dev.total"),
        ("a.json", '{"currency": "USD", "stacks": {"dev": {"total": "-1"}}}', "stacks.dev.total"),
        ("a.json", outputs.as_json(report("dev")).replace('06:00:00Z"', '06:00:00"'), "at: has no time zone"),
        ("a.xml", "<a", "is no XML"),
        ("a.xml", "<a/>", "holds no testsuite"),
        ("a.xml", BOMB, "entities are disabled"),
        ("a.txt", "", "holds no .json and no .xml"),
    ],
)
def test_what_is_no_evidence_is_refused(tmp_path: Path, name: str, text: str, why: str) -> None:
    """With its file, the reason, and what writes evidence."""
    (tmp_path / name).write_text(text)
    with pytest.raises(RuntimeError, match=r"policy-charts") as error:
        load(tmp_path, ())
    assert why in str(error.value)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_that_is_gone_is_refused(tmp_path: Path) -> None:
    """Not taken as one without evidence."""
    with pytest.raises(RuntimeError, match="gone: holds no"):
        load(tmp_path / "gone", ())


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["currency", "stacks", "total", "name", "latest_version", "at"]), inner, max_size=4
        ),
    ),
    max_leaves=8,
)
XML = st.recursive(
    st.sampled_from(["", "text", "<failure/>", '<testcase classname="a.b" name="c"/>', "<testcase>x</testcase>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["testsuites", "testsuite", "testcase", "skipped"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=examples(200))
@given(st.one_of(JSON.map(json.dumps).map(lambda text: ("a.json", text)), XML.map(lambda text: ("a.xml", text))))
def test_whatever_a_file_holds_it_is_evidence_or_refused(
    tmp_path_factory: pytest.TempPathFactory, written: tuple[str, str]
) -> None:
    """No other exception than the one that names the file."""
    name, text = written
    folder = tmp_path_factory.mktemp("evidence")
    (folder / name).write_text(text)
    with suppress(RuntimeError):
        load(folder, ())
