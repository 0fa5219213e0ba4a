"""What a provider reads from a URN, ``urn:pulumi:<stack>::<project>::<types>::<name>``: the name may hold ``::``."""


def _parts(urn: str) -> list[str]:
    parts = urn.split("::", 3)
    return parts if len(parts) == 4 else ["", "", "", urn]


def type_of(urn: str) -> str:
    """The type, without those of its parents."""
    return _parts(urn)[2].rpartition("$")[2]


def name(urn: str) -> str:
    """The logical name, whole."""
    return _parts(urn)[3]
