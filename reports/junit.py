"""JUnit's XML, which every runner of pipelines shows as tests: suites of cases that pass, fail or are skipped."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET  # only written here, never parsed


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test: it failed where ``failure`` says why, and was skipped where ``skipped`` does."""

    name: str
    group: str
    failure: Sequence[str] = ()
    kind: str = ""
    skipped: str = ""
    output: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Cases that belong together."""

    name: str
    cases: Sequence[Case]


def document(suites: Iterable[Suite], at: dt.datetime) -> str:
    """The whole file; its time in UTC."""
    root = ET.Element("testsuites")
    for suite in suites:
        root.append(_suite(suite, at))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(suite: Suite, at: dt.datetime) -> ET.Element:
    counts = {
        "tests": len(suite.cases),
        "failures": sum(bool(case.failure) for case in suite.cases),
        "errors": 0,
        "skipped": sum(bool(case.skipped) for case in suite.cases),
    }
    attributes = {key: str(number) for key, number in counts.items()}
    when = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}"
    made = ET.Element("testsuite", {"name": clean(suite.name), "timestamp": when, **attributes})
    made.extend([_case(case) for case in suite.cases])
    return made


def _case(case: Case) -> ET.Element:
    made = ET.Element("testcase", name=clean(case.name), classname=clean(case.group), time="0")
    if case.properties:
        properties = ET.SubElement(made, "properties")
        for name, value in case.properties.items():
            ET.SubElement(properties, "property", name=name, value=clean(value))
    if case.failure:
        failure = ET.SubElement(made, "failure", message=clean(case.failure[0]), type=clean(case.kind))
        failure.text = "\n".join(map(clean, case.failure))
    elif case.skipped:
        ET.SubElement(made, "skipped", message=clean(case.skipped))
    if case.output:
        ET.SubElement(made, "system-out").text = clean(case.output)
    return made


def clean(text: str) -> str:
    """Without the characters that XML cannot hold, which a tag or a name may carry."""
    return "".join(character for character in text if character.isprintable())
