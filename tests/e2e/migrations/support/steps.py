"""Files of steps, as people write them."""

from pathlib import Path


def write(root: Path, revision: str, sql: str, *, before: str = "", marker: str = "", back: str = "SELECT 1") -> Path:
    """A step after ``before``, or the one with the number before; ``marker`` is a line of its head."""
    before = before or f"r{int(revision[1:]) - 1:04}"
    path = root / "core" / "versions" / f"{revision}_step.py"
    path.write_text(
        f'"""A step."""\n\nfrom alembic import op\n\nrevision = "{revision}"\ndown_revision = "{before}"\n{marker}\n\n'
        f'def upgrade() -> None:\n    op.execute("""{sql}""")\n\n\n'
        f'def downgrade() -> None:\n    op.execute("""{back}""")\n',
        encoding="utf-8",
    )
    return path


def deployed(root: Path, **revisions: str) -> None:
    """What each environment has run."""
    lines = [f"{environment}: {revision}\n" for environment, revision in revisions.items()]
    (root / "core" / "deployed.yaml").write_text("".join(lines), encoding="utf-8")
