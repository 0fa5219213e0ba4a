"""A plain scalar has one meaning or is refused: what YAML would read is what is written."""

import datetime as dt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lib.problems import WrongValueError
from lib.yaml_scalars import plain

TAKEN = [
    ("platform", "platform"),
    ("10.1.0.0/16", "10.1.0.0/16"),
    ("1.2.3", "1.2.3"),
    ("443-445", "443-445"),
    ("2026-Q4", "2026-Q4"),
    ("nationgraph/core/database", "nationgraph/core/database"),
    ("true", True),
    ("false", False),
    ("0", 0),
    ("-7", -7),
    ("222233334444", 222233334444),
    ("1.5", 1.5),
    ("2027-01-31", dt.date(2027, 1, 31)),
]
REFUSED = [
    ("010", "8"),
    ("1.20", "1.2"),
    ("4_43", "443"),
    ("0x1F", "31"),
    ("0b11", "3"),
    ("1:30", "90"),
    ("190:20:30", "685230"),
    ("+1", "1"),
    ("-0", "0"),
    ("1_0.5", "10.5"),
    (".5", "0.5"),
    ("5.", "5.0"),
    (".inf", "inf"),
    (".NaN", "nan"),
    ("yes", "true"),
    ("No", "false"),
    ("ON", "true"),
    ("off", "false"),
    ("True", "true"),
    ("FALSE", "false"),
    ("2027-1-31", "a day or time to some readers"),
    ("2027-01-31 10:00:00", "2027-01-31 10:00:00"),
    # what only other readers, the engine's among them, take for something else
    ("y", "true or false to some readers"),
    ("N", "true or false to some readers"),
    ("0o17", "a number to some readers"),
    ("1e3", "a number to some readers"),
    ("012345678901", "a number to some readers"),
    ("9007199254740993", "9007199254740993"),
    ("=", "a meaning of its own"),
    ("<<", "a meaning of its own"),
]


@pytest.mark.parametrize(("text", "value"), TAKEN)
def test_one_meaning_is_taken(text: str, value: object) -> None:
    """Text, true and false, numbers and days as they are printed."""
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@pytest.mark.parametrize(("text", "reading"), REFUSED)
def test_another_reading_is_refused_with_what_yaml_reads(text: str, reading: str) -> None:
    """The reason has what YAML makes of it, and the fix the value in quotes."""
    with pytest.raises(WrongValueError) as caught:
        plain(text)
    assert reading in caught.value.why
    assert f'"{text}"' in caught.value.fix


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_no_value(text: str) -> None:
    """A key without a value is left out, never null."""
    with pytest.raises(WrongValueError, match="has no value"):
        plain(text)


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "0000-01-01"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    """The calendar decides, not the form."""
    with pytest.raises(WrongValueError, match="no day of the calendar"):
        plain(text)


@given(st.text(st.sampled_from("0123456789_.:+-eExXoObtTZyYnN /"), min_size=1, max_size=14))
def test_what_is_taken_is_what_yaml_reads(text: str) -> None:
    """Whatever is not refused, PyYAML reads as the same value, which is printed as it is written."""
    try:
        value = plain(text)
    except WrongValueError:
        return
    loader = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    assert loader.construct_object(yaml.ScalarNode(tag, text)) == value
    assert str(value).lower() == text.lower()


@given(st.text(max_size=300))
def test_any_text_has_a_value_or_a_reason(text: str) -> None:
    """No text makes it fail in another way."""
    try:
        found: object = plain(text)
    except WrongValueError as error:
        found = error.fix
    assert found not in (None, "")
