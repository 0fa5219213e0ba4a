"""What a plain scalar of YAML means, refused where readers of YAML disagree with each other or with the text.

``010`` is 8 to YAML 1.1 and 10 to YAML 1.2, ``yes`` is a boolean, ``1.20`` becomes 1.2 and ``4_43`` becomes 443: the
engine, editors and this program would take such a scalar for different values. Taken is what has one meaning: ``true``,
``false``, whole numbers, decimals and days as they are printed, and text that looks like none of them.
"""

import datetime as dt
import re
from typing import Final

import yaml

from lib.problems import WrongValueError

Scalar = str | int | float | bool | dt.date

_BOOLEAN: Final = {"true": True, "false": False}
_ODD_BOOLEAN: Final = re.compile(r"y|n|yes|no|on|off|true|false", re.IGNORECASE)
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_LARGEST: Final = 2**53
"""Above it JSON's numbers, and with them the engine's, are no longer exact."""
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?(e[-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*(e[-+]?[0-9]+)?|\.inf|\.nan)",
    re.IGNORECASE,
)
"""Whatever YAML 1.1, YAML 1.2 or the engine's reader takes for a number."""
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_LONGEST_NUMBER: Final = 40


def plain(text: str) -> Scalar:
    """The value of a scalar without quotes. Raises ``WrongValueError`` where it has none, or more than one."""
    if text in _NULL:
        raise WrongValueError("has no value", "write one, or leave the key out")
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _WHOLE.fullmatch(text) and len(text) <= _LONGEST_NUMBER and abs(int(text)) <= _LARGEST and text != "-0":
        return int(text)
    if _DECIMAL.fullmatch(text) and len(text) <= _LONGEST_NUMBER and str(float(text)) == text:
        return float(text)
    if _DAY.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise WrongValueError("is no day of the calendar", "write one as 2027-01-31") from None
    _refuse_odd(text)
    return text


def _refuse_odd(text: str) -> None:
    if _ODD_BOOLEAN.fullmatch(text):
        raise WrongValueError(
            _read_as(text, "true or false"), f"write true or false, or put it in quotes: {_quoted(text)}"
        )
    if _NUMBER.fullmatch(text):
        raise WrongValueError(_read_as(text, "a number"), f"put it in quotes: {_quoted(text)}")
    if _TIME.fullmatch(text):
        fix = f"write a day as 2027-01-31, or put it in quotes: {_quoted(text)}"
        raise WrongValueError(_read_as(text, "a day or time"), fix)
    if text in ("=", "<<"):
        raise WrongValueError("has a meaning of its own in YAML", f"put it in quotes: {_quoted(text)}")


def _quoted(text: str) -> str:
    return f'"{text if len(text) <= _LONGEST_NUMBER else "..."}"'


def _read_as(text: str, kind: str) -> str:
    """What a common reader makes of it; some take for a number what others leave text."""
    loader = yaml.SafeLoader("")
    try:
        tag = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        read = loader.construct_object(yaml.ScalarNode(tag, text))
    except ValueError:
        read = text
    if read == text or len(text) > _LONGEST_NUMBER:
        return f"is {kind} to some readers of YAML"
    return f"is read by YAML as {str(read).lower() if isinstance(read, bool) else read}"
