"""Every user has a display name: checked without a lock that stops writes, then stated."""

from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    """Validate, and make the column NOT NULL, which takes the check's word for it."""
    op.execute("ALTER TABLE users VALIDATE CONSTRAINT users_display_name")
    op.execute("ALTER TABLE users ALTER COLUMN display_name SET NOT NULL")


def downgrade() -> None:
    """Allow NULL again."""
    op.execute("ALTER TABLE users ALTER COLUMN display_name DROP NOT NULL")
