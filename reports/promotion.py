"""What a promotion moves and holds back, and how far environments are apart: for terminals and pull requests."""

from collections.abc import Sequence

from rich.table import Table

from lib.printable import printable
from lib.problems import Problem
from models.promotion.decide import Decision, Move
from models.promotion.freight import Freight, Pipeline


def digest(image: str | None) -> str:
    """The part of a digest that people compare; nothing of no image."""
    return (image or "").removeprefix("sha256:")[:12]


def terminal(decision: Decision, to: str) -> Table:
    """One row a service that moves, one a reason for what is held back."""
    table = Table(title=f"to {to}", title_justify="left")
    for column in ("Service", "Chart", "Image", "Migrations", "What"):
        table.add_column(column, overflow="fold")
    for move in decision.moves:
        table.add_row(move.freight.service, *_changes(move), "moves", style="green")
    for held in decision.held:
        freight = held.freight
        for number, reason in enumerate(held.reasons):
            first = (freight.service, freight.chart, digest(freight.image), digest(freight.migrations))
            table.add_row(*(first if not number else ("", "", "", "")), f"held back: {reason}", style="yellow")
    return table


def _changes(move: Move) -> tuple[str, str, str]:
    new, old = move.freight, move.replaced
    if old is None:
        return new.chart, f"{digest(new.image)} (new here)", digest(new.migrations)
    pairs = (
        (old.chart, new.chart),
        (digest(old.image), digest(new.image)),
        (digest(old.migrations), digest(new.migrations)),
    )
    chart, image, migrations = (was if was == now else f"{was or 'none'} to {now or 'none'}" for was, now in pairs)
    return chart, image, migrations


def summary(decision: Decision, to: str, *, dry: bool = False) -> str:
    """One sentence."""
    count, held = len(decision.moves), len(decision.held)
    if not count and not held:
        return f"{to} runs what the environment before it runs: nothing to promote."
    verb = "would move" if dry else "moved"
    return f"{count} {verb} to {to}, {held} held back."


def markdown(decision: Decision, to: str) -> str:
    """The text of a pull request."""
    rows = [f"| {move.freight.service} | {' | '.join(_changes(move))} |" for move in decision.moves]
    parts = [f"## Promotion to {to}", ""]
    head = ["| Service | Chart | Image | Migrations |", "| --- | --- | --- | --- |"]
    parts += [*head, *rows, ""] if rows else ["Nothing moves.", ""]
    if decision.held:
        parts += ["Held back:", "", *(_item(reason) for held in decision.held for reason in held.reasons), ""]
    return "\n".join(parts)


def _item(reason: Problem) -> str:
    text = printable(str(reason)).replace("`", "'")
    return f"- `{text}`"


def skew(pipeline: Pipeline) -> Table:
    """What each environment runs, and what has not gone on yet."""
    table = Table(title="versions", title_justify="left")
    names = [stage.name for stage in pipeline.stages]
    for column in ("Service", *names, "Waits for"):
        table.add_column(column, overflow="fold")
    services = sorted({name for stage in pipeline.stages for name in stage.versions})
    for service in services:
        freights = [stage.freight(service) if service in stage.versions else None for stage in pipeline.stages]
        cells = ["" if freight is None else _cell(freight) for freight in freights]
        table.add_row(service, *cells, ", ".join(_waits(names, freights)))
    return table


def _cell(freight: Freight) -> str:
    return " ".join(filter(None, (freight.chart, digest(freight.image), digest(freight.migrations))))


def _waits(names: Sequence[str], freights: Sequence[Freight | None]) -> list[str]:
    """The stages that do not run what the stage before them runs."""
    pairs = zip(names[1:], freights, freights[1:], strict=False)
    return [name for name, before, here in pairs if before and (here is None or here.key != before.key)]
