"""Changes of a copy of the project, after which a deployment updates, replaces and removes something of most types."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

Change = tuple[str, str]
"""What is replaced (a regular expression) and by what."""

CHANGES: Final[Mapping[str, Sequence[Change]]] = {
    "stacks/Pulumi.*.yaml": [
        (r"costCentre: \S+", "costCentre: ENG-999"),  # the tags of everything
        (r"alertEmail: platform", "alertEmail: other"),
    ],
    "stacks/environments.py": [
        (r"log_retention_days=\d+", "log_retention_days=180"),
        (r"backup_retention_days=\d+", "backup_retention_days=21"),
        (r"\bstorage_gib=\d+", "storage_gib=400"),
        (r"max_storage_gib=\d+", "max_storage_gib=2000"),
        (r"max_node_count=\d+", "max_node_count=20"),
        (r"router_count=\d", "router_count=4"),
    ],
    "components/cluster/addons.py": [
        ('VERSION: Final = "1.34"', 'VERSION: Final = "1.35"'),
        (r"v1\.34\.6-eksbuild\.2", "v1.35.3-eksbuild.2"),
        (r"v1\.21\.1-eksbuild\.7", "v1.21.1-eksbuild.3"),
    ],
    "components/cluster/nodes.py": [("Nodes of the cluster", "Machines of the cluster")],
    "components/cluster/cluster.py": [('"audit", "authenticator", ', '"audit", ')],
    "components/network/endpoints.py": [
        ('"ThisAccount"', '"ThisAccountOnly"'),
        (r'"logs", "kms"\)\nOWN', '"logs")\nOWN'),
    ],
    "components/vpn/router.sh": [(r"\Z", "# changed\n")],
    "components/functions/functions.py": [('allow."Log"', 'allow("Logs"')],
    "components/secrets/secrets.py": [("every_days: int = 30", "every_days: int = 20")],
    "models/access/firewall.py": [("over the VPN", "through the VPN")],
    "layers/functions.py": [("timeout_seconds: int = 60", "timeout_seconds: int = 90")],
    "lambdas/*/handler.py": [(r"\Z", "# changed\n")],
}
"""By path or pattern of paths."""

UNPROTECTED: Final[Mapping[str, Sequence[Change]]] = {"stacks/environments.py": [("protect=True", "protect=False")]}
"""No command takes protection off: a change of the program does, and the policies refuse it."""


def apply(root: Path, changes: Mapping[str, Sequence[Change]]) -> None:
    """Make the changes in a copy. Each must find its place."""
    for pattern, rows in changes.items():
        paths = sorted(root.glob(pattern))
        for before, after in rows:
            texts = {path: path.read_text() for path in paths}
            changed = {path: re.sub(before, after, text) for path, text in texts.items()}
            assert changed != texts, f"{pattern}: nothing is {before!r}"
            for path, text in changed.items():
                path.write_text(text)
