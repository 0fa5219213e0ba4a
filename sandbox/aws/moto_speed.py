"""What moto 5.2.5 works out anew, and need not."""

from functools import cache
from typing import Any


def _of_our_partition(original: Any) -> Any:
    def load(self: Any) -> Any:
        return original(self) if self.partition == "aws" else []  # half a second for partitions that nobody asks for

    return load


def hasten() -> None:
    """Change moto in this process."""
    from moto import backends  # noqa: PLC0415
    from moto.core import responses, utils  # noqa: PLC0415
    from moto.iam.models import IAMBackend  # noqa: PLC0415

    modules, own = frozenset(backends.list_of_moto_modules()), "_init_aws_policies"
    changes: list[tuple[Any, str, Any]] = [
        (utils, "create_loader", cache(utils.create_loader)),
        (responses, "method_names_from_class", cache(utils.method_names_from_class)),
        (backends, "list_of_moto_modules", lambda: modules),
        (IAMBackend, own, _of_our_partition(getattr(IAMBackend, own))),
    ]
    for target, name, call in changes:
        setattr(target, name, call)
