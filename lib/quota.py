"""How much may run in a namespace."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Quota:
    """The most that may be there at once: pods, requested CPU in thousandths of a core, requested memory in MiB."""

    pods: int
    millicores: int
    mebibytes: int
