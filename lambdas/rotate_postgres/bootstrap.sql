-- Run once in each database by the RDS master user or a superuser; may be run again.
-- Whoever runs it first lends its right to change passwords, through one function, to the role `rotator`.

CREATE SCHEMA IF NOT EXISTS rotation;
REVOKE ALL ON SCHEMA rotation FROM PUBLIC;

-- The login roles whose passwords are rotated, with the NOLOGIN role that each acts as.
CREATE TABLE IF NOT EXISTS rotation.role (name text PRIMARY KEY, owner text NOT NULL);
REVOKE ALL ON rotation.role FROM PUBLIC;

-- Changes the password of an adopted role. It takes a verifier only: no password reaches a statement, and so no log.
CREATE OR REPLACE FUNCTION rotation.set_verifier(role text, verifier text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM rotation.role adopted WHERE adopted.name = set_verifier.role) THEN
        RAISE EXCEPTION 'role % is not adopted: run rotation.adopt', quote_ident(role) USING ERRCODE = '42704';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role AND rolcanlogin AND NOT rolsuper) THEN
        RAISE EXCEPTION 'role % is not a login role without superuser rights', quote_ident(role) USING ERRCODE = '42501';
    END IF;
    IF verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$' THEN
        RAISE EXCEPTION 'not a SCRAM-SHA-256 verifier' USING ERRCODE = '22023';
    END IF;
    EXECUTE format('ALTER ROLE %I PASSWORD %L', role, verifier);
END $$;
REVOKE ALL ON FUNCTION rotation.set_verifier(text, text) FROM PUBLIC;

-- Makes a pair of login roles that act as one owner, as far as they are missing, and lets `set_verifier` change them.
CREATE OR REPLACE FUNCTION rotation.adopt(owner text, first text, second text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    login text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', owner);
    END IF;
    FOREACH login IN ARRAY ARRAY[first, second] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', login);
        END IF;
        IF EXISTS (SELECT FROM pg_roles
                    WHERE rolname IN (login, owner) AND (rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls)) THEN
            RAISE EXCEPTION 'roles % and % must not have rights of an administrator', login, owner;
        END IF;
        EXECUTE format('GRANT %I TO %I', owner, login);
        EXECUTE format('ALTER ROLE %I SET role = %L', login, owner);
        INSERT INTO rotation.role VALUES (login, owner) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = adopt.owner AND rolcanlogin) THEN
        RAISE EXCEPTION 'role % must be NOLOGIN: it has no password that could be rotated', owner;
    END IF;
END $$;
REVOKE ALL ON FUNCTION rotation.adopt(text, text, text) FROM PUBLIC;

-- The rotator: no rights but to call `set_verifier`.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rotator') THEN
        CREATE ROLE rotator NOLOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA rotation TO rotator;
GRANT EXECUTE ON FUNCTION rotation.set_verifier(text, text) TO rotator;
