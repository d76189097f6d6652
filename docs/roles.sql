-- The database roles of an installation. Run this as the owner of the tables, after each migration; it is idempotent:
--
--     psql "$OWNER_DATABASE_URL" -v ON_ERROR_STOP=1 -f docs/roles.sql
--
-- The owner migrates. ims_app serves: it reads and writes, but owns nothing, and of the audit trail it can neither
-- change nor delete anything; its partitions it reaches only through the whole. ims_auditor reads the audit trail, which is enough for `manage.py audit_verify`.
-- The roles are created without login: `ALTER ROLE ims_app LOGIN PASSWORD '…'`, the same for ims_auditor.

DO $$
DECLARE
    role text;
    trail text;
BEGIN
    FOREACH role IN ARRAY ARRAY['ims_app', 'ims_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOLOGIN', role);
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role);
    END LOOP;

    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ims_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ims_app;

    FOREACH trail IN ARRAY ARRAY['audit_auditentry', 'audit_checkpoint', 'audit_trailarchive', 'audit_treetile'] LOOP
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC, ims_app, ims_auditor', trail);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO ims_app', trail);
        EXECUTE format('GRANT SELECT ON %I TO ims_auditor', trail);
    END LOOP;

    FOR trail IN SELECT relid::text FROM pg_partition_tree('audit_auditentry') WHERE level > 0 LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, ims_app, ims_auditor', trail);
    END LOOP;
END $$;
