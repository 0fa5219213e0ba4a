"""``<database>/deployed.yaml``: the revision that each environment has run. Promotion writes its one line."""

from pathlib import Path

import yaml

from migrations.runner.errors import UsageError
from migrations.runner.history import History

FILE = "deployed.yaml"


def deployed(history: History) -> dict[str, str]:
    """Environment and revision, in the file's order.

    Raises:
        UsageError: no file, no environment, or a revision that is no step: file, line and fix.

    """
    path = history.folder / FILE
    where = f"{history.database}/{FILE}"
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{where}: cannot be read: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise UsageError(f"{where}: must name each environment with the revision that it has run, as `dev: r0001`")
    found: dict[str, str] = {}
    problems = []
    for key, value in node.value:
        line = f"{where}:{key.start_mark.line + 1}: {key.value}"
        if key.value in found:
            problems.append(f"{line}: stands twice; keep one line")
        elif not isinstance(value, yaml.ScalarNode) or value.value not in history:
            problems.append(
                f"{line}: {getattr(value, 'value', value)!r:.40} is no step; there are up to {history.head}"
            )
        found[str(key.value)] = str(value.value)
    if problems:
        raise UsageError("\n".join(problems))
    return found


def record(history: History, environment: str, revision: str) -> None:
    """Write the environment's line, and leave the others as they are.

    Raises:
        UsageError: an environment without a line, or a revision that is no step.

    """
    path: Path = history.folder / FILE
    lines, known = path.read_text(encoding="utf-8").splitlines(), deployed(history)
    if environment not in known or revision not in history:
        raise UsageError(f"{history.database}/{FILE}: {environment}: {revision}: no such environment, or no such step")
    changed = [f"{environment}: {revision}" if line.startswith(f"{environment}:") else line for line in lines]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
