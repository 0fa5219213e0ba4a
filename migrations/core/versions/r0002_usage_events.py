"""What each graph is used for: the base of usage-based charges."""

from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """Make the table."""
    op.execute("CREATE TYPE usage_kind AS ENUM ('query', 'ingest', 'export')")
    op.execute(
        """
        CREATE TABLE usage_events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tenant_id uuid NOT NULL REFERENCES tenants (id),
            graph_id uuid NOT NULL REFERENCES graphs (id),
            kind usage_kind NOT NULL,
            units bigint NOT NULL CHECK (units > 0),
            occurred_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("usage_events")
    op.execute("DROP TYPE usage_kind")
