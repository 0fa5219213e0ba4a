"""People choose how they are called: expands what `full_name` was.

Until no code writes `full_name` any more, a trigger fills whichever of the two is missing.
"""

from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Add the column, keep both in step, and fill what is there."""
    op.execute("ALTER TABLE users ADD COLUMN display_name varchar(100)")
    op.execute("ALTER TABLE users ALTER COLUMN full_name DROP NOT NULL")
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
    op.execute("UPDATE users SET display_name = left(full_name, 100) WHERE display_name IS NULL")
    op.execute("ALTER TABLE users ADD CONSTRAINT users_display_name CHECK (display_name IS NOT NULL) NOT VALID")


def downgrade() -> None:
    """Drop the column and the trigger."""
    op.execute("DROP TRIGGER users_names ON users")
    op.execute("DROP FUNCTION users_names()")
    op.drop_constraint("users_display_name", "users")
    op.drop_column("users", "display_name")
    op.execute("ALTER TABLE users ALTER COLUMN full_name SET NOT NULL")
