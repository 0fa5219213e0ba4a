"""Device posture: conditions on attributes of the device from which somebody comes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_ATTRIBUTE: Final = r"(?P<attribute>[a-zA-Z][\w-]*:[a-zA-Z][\w-]*)"
_VALUE: Final = r"(?:'[^']*'|\"[^\"]*\"|true|false|-?\d+(?:\.\d+)?)"
_CONDITION: Final = re.compile(
    rf"\s*{_ATTRIBUTE}(?:\s+(?P<set>IS SET|NOT SET)"
    rf"|\s+(?P<member>IN|NOT IN)\s+\[(?P<list>\s*{_VALUE}(?:\s*,\s*{_VALUE})*\s*)\]"
    rf"|\s*(?P<operator>==|!=|>=|<=|>|<)\s*(?P<value>{_VALUE}))?\s*"
)

Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """One assertion. An attribute that the device lacks fails it, except for ``NOT SET``."""

    attribute: str
    operator: str
    values: tuple[Any, ...]

    def holds(self, attributes: Attributes) -> bool:
        """Whether a device with ``attributes`` fulfils it."""
        present, actual = self.attribute in attributes, attributes.get(self.attribute)
        if self.operator in {"IS SET", "NOT SET"}:
            return present is (self.operator == "IS SET")
        if not present:
            return False
        if self.operator in {"IN", "NOT IN"}:
            return (actual in self.values) is (self.operator == "IN")
        return _compare(actual, self.operator, self.values[0])


def parse(text: str) -> Condition:
    """The condition that ``text`` states; an attribute alone means that it is true. Raises ``ValueError``."""
    match = _CONDITION.fullmatch(text)
    if not match:
        raise ValueError(f"invalid posture condition {text!r}")
    if match["set"]:
        return Condition(match["attribute"], match["set"], ())
    if match["member"]:
        values = tuple(_literal(value) for value in re.findall(_VALUE, match["list"]))
        return Condition(match["attribute"], match["member"], values)
    if not match["operator"]:
        return Condition(match["attribute"], "==", (True,))
    return Condition(match["attribute"], match["operator"], (_literal(match["value"]),))


def _literal(text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    return text[1:-1] if text[0] in "'\"" else float(text)


def _compare(actual: Any, operator: str, wanted: Any) -> bool:
    """Versions are compared part by part: 1.9 comes before 1.10."""
    if operator in {"==", "!="}:
        return bool(actual == wanted) is (operator == "==")
    left, right = _ordered(actual), _ordered(wanted)
    if type(left) is not type(right):
        return False
    return bool({">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator])


def _ordered(value: Any) -> Any:
    if isinstance(value, str):
        return [int(part) for part in re.findall(r"\d+", value)]
    return float(value)
