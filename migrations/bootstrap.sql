-- Run once in each database by its master user, after lambdas/rotate_postgres/bootstrap.sql; may be run again.
-- The roles' SQL of the access model must always be run by the same role, because a membership can be taken away only by
-- who gave it. That role is `access_admin`: it owns the database and can make roles, but cannot log in. The migrations'
-- login roles may become it, and are it only while they run that SQL: they do not inherit from it.
DO $bootstrap$
DECLARE
    item record;
BEGIN
    IF current_setting('server_version_num')::int < 160000 THEN
        RAISE EXCEPTION 'PostgreSQL 16 or newer is needed: before it, CREATEROLE is power over every role';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'access_admin') THEN
        CREATE ROLE access_admin NOLOGIN CREATEROLE;
    END IF;
    IF NOT pg_has_role(current_user, 'access_admin', 'USAGE') THEN
        EXECUTE format('GRANT access_admin TO %I', current_user);
    END IF;
    -- What the master made before there was an access_admin stays usable.
    FOR item IN
        SELECT rolname FROM pg_roles WHERE rolname LIKE 'group:%' OR rolname IN ('access_reader', 'access_writer', 'access_owner')
        ORDER BY 1
    LOOP
        IF NOT pg_has_role('access_admin', item.rolname, 'MEMBER WITH ADMIN OPTION') THEN
            EXECUTE format('GRANT %I TO access_admin WITH ADMIN OPTION', item.rolname);
        END IF;
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO access_admin', current_database());
    -- A schema `rotation` that is there keeps its owner. The login roles of the migrations: rotation.adopt makes them.
    PERFORM rotation.adopt('core_migrator', 'core_migrator_a', 'core_migrator_b');
    GRANT access_admin TO core_migrator WITH INHERIT FALSE, SET TRUE;
END
$bootstrap$;
