"""A finding for a person: lines of a terminal, an item of a list in Markdown."""

from rich.text import Text

from reports.findings.model import Finding
from reports.markdown import code


def terminal(line: Finding) -> list[Text]:
    """A finding at a terminal: what is wrong and how grave it is, then what to do and where the rule stands."""
    grave = f" ({line.severity})" if line.severity else ""
    style = "red" if line.level == "mandatory" else ""
    said = [Text(f"{line.level:9} {line.policy}: {line.message}{grave}", style=style)]
    return [*said, Text(f"{'':9} fix: {line.fix} {line.link}", style="dim")] if line.fix else said


def markdown(line: Finding) -> str:
    """A finding as an item of a list in Markdown."""
    told = f"- **{line.level}** {code(line.policy)}: {code(line.message)}"
    more = [line.severity, f"fix: {code(line.fix)}, [rule]({line.link})" if line.fix else ""]
    return f"{told} ({'; '.join(filter(None, more))})" if any(more) else told
