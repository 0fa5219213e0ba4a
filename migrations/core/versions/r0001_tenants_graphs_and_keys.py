"""Tenants, their people, graphs and API keys.

A key is shown once and kept as its SHA-256: `prefix` finds it, `digest` proves it.
"""

from alembic import op

revision = "r0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute(
        """
        CREATE TABLE tenants (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            name text NOT NULL,
            plan varchar(20) NOT NULL DEFAULT 'free',
            billing_email text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE users (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            tenant_id uuid NOT NULL REFERENCES tenants (id),
            email text NOT NULL,
            full_name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (tenant_id, email)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE graphs (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            tenant_id uuid NOT NULL REFERENCES tenants (id),
            name text NOT NULL,
            node_count bigint NOT NULL DEFAULT 0 CHECK (node_count >= 0),
            edge_count bigint NOT NULL DEFAULT 0 CHECK (edge_count >= 0),
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (tenant_id, name)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE api_keys (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            tenant_id uuid NOT NULL REFERENCES tenants (id),
            created_by uuid NOT NULL REFERENCES users (id),
            prefix text NOT NULL UNIQUE CHECK (prefix ~ '^ng_[0-9a-z]{8}$'),
            digest bytea NOT NULL CHECK (octet_length(digest) = 32),
            created_at timestamptz NOT NULL DEFAULT now(),
            last_used_at timestamptz,
            revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX api_keys_tenant ON api_keys (tenant_id)")


def downgrade() -> None:
    """Drop the tables."""
    for table in ("api_keys", "graphs", "users", "tenants"):
        op.drop_table(table)
