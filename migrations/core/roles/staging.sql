-- Who may do what in core-database; compiled from catalog/access.yaml, do not edit.
-- engineering: reader. Rehearse migrations and look at their result. (engineering)
-- migrations: owner. Run the migrations of the core services. (engineering)
-- workloads: writer. Serve customers. (engineering)
-- One statement, so that it happens whole or not at all. Run it in the database that it is for, after each migration, as
-- a role with CREATEROLE that owns the database (on RDS: the master user). Running it again changes nothing.
DO $access$
DECLARE
    granted CONSTANT jsonb := '{"group:engineering": "access_reader", "group:migrations": "access_owner", "group:workloads": "access_writer"}';  -- group: what it may do
    logins CONSTANT jsonb := '{"core": "group:workloads", "core_migrator": "group:migrations"}';  -- who is a member of a group, on behalf of its rotated logins: group
    target CONSTANT text := 'public';
    kinds CONSTANT text[] := ARRAY['access_reader', 'access_writer', 'access_owner'];
    role text;
    objects text;
    item record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('nationgraph:access'));

    -- Roles. None can log in: login roles are members of a group's role.
    FOR role IN SELECT unnest(kinds) UNION SELECT jsonb_object_keys(granted) UNION SELECT jsonb_object_keys(logins)
        ORDER BY 1
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = role AND (rolcanlogin OR rolsuper OR rolcreaterole
                    OR rolcreatedb OR rolreplication OR rolbypassrls OR NOT rolinherit)) THEN
            RAISE EXCEPTION 'role % exists with other attributes than NOLOGIN alone: rename or drop it', quote_ident(role);
        END IF;
    END LOOP;

    -- Memberships: those granted and no other, neither in these roles nor of groups in any role. Who may make roles is
    -- left alone: from PostgreSQL 16 on the maker of a role is its member, and could take a membership back anyway.
    FOR item IN
        SELECT parent.rolname AS parent, child.rolname AS child, giver.rolname AS giver
        FROM pg_auth_members JOIN pg_roles parent ON parent.oid = roleid JOIN pg_roles child ON child.oid = member
            LEFT JOIN pg_roles giver ON giver.oid = grantor
        WHERE (parent.rolname = ANY (kinds) OR child.rolname LIKE 'group:%')
            AND NOT (child.rolsuper OR child.rolcreaterole)
            AND granted ->> child.rolname IS DISTINCT FROM parent.rolname
        ORDER BY 1, 2, 3
    LOOP
        -- Without the giver, 16 and newer would take away nothing and only warn.
        EXECUTE format('REVOKE %I FROM %I', item.parent, item.child) || coalesce(format(' GRANTED BY %I', item.giver), '');
    END LOOP;
    FOR item IN SELECT * FROM jsonb_each_text(granted) ORDER BY 1 LOOP
        IF NOT EXISTS (SELECT FROM pg_auth_members
                        WHERE roleid = item.value::regrole AND member = quote_ident(item.key)::regrole) THEN
            EXECUTE format('GRANT %I TO %I', item.value, item.key);
        END IF;
    END LOOP;

    FOR item IN SELECT * FROM jsonb_each_text(logins) ORDER BY 1 LOOP
        IF NOT EXISTS (SELECT FROM pg_auth_members
                        WHERE roleid = quote_ident(item.value)::regrole AND member = quote_ident(item.key)::regrole) THEN
            EXECUTE format('GRANT %I TO %I', item.value, item.key);
        END IF;
    END LOOP;

    -- Whoever runs this must be able to act for those that own objects.
    FOR role IN SELECT 'access_owner' UNION SELECT key FROM jsonb_each_text(granted) WHERE value = 'access_owner' LOOP
        IF NOT pg_has_role(current_user, role, 'USAGE') THEN
            EXECUTE format('GRANT %I TO %I', role, current_user);
        END IF;
    END LOOP;

    -- The schema belongs to these roles alone.
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', target);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO access_reader, access_writer', target);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM access_reader, access_writer', target);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO access_owner', target);

    -- Whatever lies in it is from now on owned by access_owner, whoever made it; what extensions brought stays theirs.
    FOR item IN
        SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
            WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, pg_class.oid::regclass::text AS name
        FROM pg_class
        WHERE relnamespace = quote_ident(target)::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
            AND relowner <> 'access_owner'::regrole
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND classid = 'pg_class'::regclass
                AND deptype IN ('e', 'a', 'i') AND (deptype = 'e' OR relkind = 'S'))
        UNION ALL
        SELECT 'ROUTINE', pg_proc.oid::regprocedure::text
        FROM pg_proc
        WHERE pronamespace = quote_ident(target)::regnamespace AND proowner <> 'access_owner'::regrole
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND classid = 'pg_proc'::regclass
                AND deptype = 'e')
        UNION ALL
        SELECT 'TYPE', pg_type.oid::regtype::text
        FROM pg_type LEFT JOIN pg_class ON pg_class.oid = typrelid
        WHERE typnamespace = quote_ident(target)::regnamespace AND typowner <> 'access_owner'::regrole
            AND (typtype IN ('e', 'd', 'r') OR pg_class.relkind = 'c')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND classid = 'pg_type'::regclass
                AND deptype = 'e')
        ORDER BY 1, 2
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO access_owner', item.kind, item.name);
    END LOOP;

    -- Rights on what there is: taken from everyone first, so that none outlives its grant.
    FOR role IN
        SELECT 'PUBLIC'
        UNION ALL
        (SELECT quote_ident(rolname) FROM pg_roles
            WHERE rolname IN ('access_reader', 'access_writer') OR rolname LIKE 'group:%' ORDER BY 1)
    LOOP
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %s', target, role);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %s', target, role);
        EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM %s', target, role);
    END LOOP;
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO access_reader', target);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO access_writer', target);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO access_writer', target);
    EXECUTE format('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA %I TO access_writer', target);

    -- Rights on what will be made. Functions are closed to PUBLIC, because one may act with its owner's rights.
    FOR role IN
        SELECT 'access_owner' UNION SELECT key FROM jsonb_each_text(granted) WHERE value = 'access_owner' ORDER BY 1
    LOOP
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE ALL ON ROUTINES FROM PUBLIC', role);
        FOREACH objects IN ARRAY ARRAY['TABLES', 'SEQUENCES', 'ROUTINES'] LOOP
            IF role <> 'access_owner' THEN
                EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT ALL ON %s TO access_owner', role,
                    target, objects);
            END IF;
            EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I REVOKE ALL ON %s FROM access_reader,'
                ' access_writer', role, target, objects);
        END LOOP;
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO access_reader',
            role, target);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES'
            ' TO access_writer', role, target);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE ON SEQUENCES TO access_writer',
            role, target);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT EXECUTE ON ROUTINES TO access_writer',
            role, target);
    END LOOP;
END
$access$;
