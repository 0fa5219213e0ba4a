"""Pulumi's resource names: ``urn:pulumi:<stack>::<project>::<parents' types$type>::<name>``.

Only the name may hold ``::`` itself, so that the first three separate and later ones are part of it. Text that is no
URN is taken for a name: reports show it as it is.
"""

SEPARATOR = "::"
PREFIX = "urn:pulumi:"


def _parts(urn: str) -> list[str]:
    parts = urn.split(SEPARATOR, 3)
    return parts if len(parts) == 4 else ["", "", "", urn]


def stack(urn: str) -> str:
    """The stack; empty where there is none."""
    return _parts(urn)[0].removeprefix(PREFIX)


def project(urn: str) -> str:
    """The project; empty where there is none."""
    return _parts(urn)[1]


def type_of(urn: str) -> str:
    """The type, without those of its parents."""
    return _parts(urn)[2].rpartition("$")[2]


def name(urn: str) -> str:
    """The logical name, whole."""
    return _parts(urn)[3]
