"""Usage of one graph over time, which billing and the dashboard ask for."""

from alembic import op

revision = "r0004"
down_revision = "r0003"
transactional = False


def upgrade() -> None:
    """Build the index beside running writes."""
    op.execute(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS usage_events_graph_time ON usage_events (graph_id, occurred_at)"
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX CONCURRENTLY IF EXISTS usage_events_graph_time")
