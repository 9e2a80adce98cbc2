-- Who may do what. Run after the migrations, by the operator, as often as one likes.

-- An operator who is no superuser (a cluster that somebody else runs) hands over to roles only as a
-- member of them. No service does: each refuses to start in a role that is one.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        grant tais_owner, tais_projector to current_user;
    end if;
end
$$;

revoke all on schema public from public;
revoke all on all tables in schema log from public;
revoke all on schema log from public;
revoke all on all tables in schema vault from public;
revoke all on schema vault from public;

alter schema log owner to tais_owner;
alter table log.head owner to tais_owner;
alter table log.entry owner to tais_owner;
alter table log.quarantine owner to tais_owner;
alter table log.relay owner to tais_owner;
alter table log.tile owner to tais_owner;
alter table log.checkpoint owner to tais_owner;
alter table log.cosignature owner to tais_owner;
alter function log.refuse_change() owner to tais_owner;
alter schema vault owner to tais_owner;
alter table vault.person owner to tais_owner;
alter table vault.person_key owner to tais_owner;
alter table vault.erased owner to tais_owner;

grant usage on schema log to tais_recorder, tais_projector, tais_office, tais_audit;
grant select, insert on log.entry, log.quarantine, log.tile, log.checkpoint, log.cosignature to tais_recorder;
grant select, update on log.head, log.relay to tais_recorder;
grant select on log.entry, log.head, log.tile, log.checkpoint, log.cosignature to tais_projector, tais_office, tais_audit;
grant select on log.quarantine, log.relay to tais_audit;

-- Only the office knows people: nobody else may even look into the vault.
grant usage on schema vault to tais_office;
grant select, insert, delete on vault.person, vault.person_key to tais_office;
grant select, insert on vault.erased to tais_office;
-- What was deleted is to leave the files as well, and not when autovacuum comes by (PostgreSQL 17 has the right).
do $$ begin
    if current_setting('server_version_num')::int >= 170000 then
        grant maintain on vault.person, vault.person_key to tais_office;
    end if;
end $$;

-- The projector owns what it builds; readers see it through default privileges, so that a new build
-- needs no grant of its own.
alter default privileges for role tais_projector grant usage on schemas to tais_office, tais_audit;
alter default privileges for role tais_projector grant select on tables to tais_office, tais_audit;

-- The recorder writes and must be told when the disk has it. A statement that waits longer than this
-- for the head row lets another recorder go on.
alter role tais_recorder set synchronous_commit = on;
alter role tais_recorder set lock_timeout = '10s';
alter role tais_recorder set statement_timeout = '60s';
alter role tais_recorder set idle_in_transaction_session_timeout = '30s';
-- A reader's forgotten transaction would keep the head row's old versions from being cleaned away.
alter role tais_office set idle_in_transaction_session_timeout = '30s';
alter role tais_audit set idle_in_transaction_session_timeout = '30s';
alter role tais_office set default_transaction_read_only = on;
alter role tais_audit set default_transaction_read_only = on;
