"""`full_name` goes: no code has read or written it since `display_name` is everywhere."""

from alembic import op

revision = "r0006"
down_revision = "r0005"
contracts = "r0003"


def upgrade() -> None:
    """Drop the column, the trigger that filled it, and the check that NOT NULL replaces."""
    op.execute("DROP TRIGGER users_names ON users")
    op.execute("DROP FUNCTION users_names()")
    op.execute("ALTER TABLE users DROP CONSTRAINT users_display_name")
    op.execute("ALTER TABLE users DROP COLUMN full_name")


def downgrade() -> None:
    """Bring the column back, filled from what replaced it."""
    op.execute("ALTER TABLE users ADD COLUMN full_name text")
    op.execute(
        """
        CREATE FUNCTION users_names() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.display_name = coalesce(NEW.display_name, left(NEW.full_name, 100));
            NEW.full_name = coalesce(NEW.full_name, NEW.display_name);
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER users_names BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION users_names()"
    )
    op.execute("UPDATE users SET full_name = display_name WHERE full_name IS NULL")
    op.execute("ALTER TABLE users ADD CONSTRAINT users_display_name CHECK (display_name IS NOT NULL)")
