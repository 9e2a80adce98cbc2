-- The append-only log. Everything a reader trusts is in log.entry; the rest can be thrown away.

create schema log;

-- One row: the lock that orders all appends, and with it positions and commits. Because writers take
-- turns on it, positions are gapless and visible in order: a reader never sees a hole.
-- fillfactor leaves room for the row to move within its page (HOT), as it is updated by every batch.
create table log.head (
    log              smallint primary key,
    next_position    bigint not null,
    frontier         bytea[] not null,
    last_recorded_at timestamptz
) with (fillfactor = 10);
insert into log.head values (1, 0, '{}', null);

-- The record. `envelope` and `signature` are the exact bytes that were signed, and the evidence; the
-- columns beside them are read out of them once, to be found by.
create table log.entry (
    position    bigint primary key,
    event_id    uuid not null,
    stream      uuid not null,
    stream_kind text not null,
    version     int not null,
    type        text not null,
    state       text not null,
    pillar      text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    key_id      text not null,
    key_seq     int not null,
    envelope    bytea not null,
    signature   bytea not null,
    leaf_hash   bytea not null,
    constraint entry_event_id unique (event_id),
    constraint entry_stream_version unique (stream, version),
    constraint entry_key_seq unique (key_id, key_seq)
) with (
    -- Nothing is updated or deleted, so pages can be packed full, and vacuum has only to freeze.
    fillfactor = 100,
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_freeze_min_age = 0
);
-- Envelopes are JSON of about a kilobyte: kept in line and uncompressed they are read fastest.
alter table log.entry alter column envelope set storage external;
create index entry_recorded_at on log.entry using brin (recorded_at);
create index entry_pillar on log.entry (pillar, position) where pillar is not null;

-- What could not be taken, with its raw bytes and the reason. The same bytes for the same reason are
-- kept once.
create table log.quarantine (
    id          bigint generated always as identity primary key,
    received_at timestamptz not null,
    subject     text not null,
    signature   text,
    raw         bytea not null,
    sha256      bytea not null,
    code        text not null,
    reason      text not null,
    constraint quarantine_once unique (sha256, code)
);

-- The relay's own place in the log: the next position it publishes to RECORDED.
create table log.relay (
    log   smallint primary key references log.head (log),
    place bigint not null
) with (fillfactor = 10);
insert into log.relay values (1, 0);

-- The second wall, behind privileges: even the owner's session cannot change what is recorded. Its
-- code is its own: who meets it has passed the first wall, which nobody should.
create function log.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of log.% is refused: the record is append-only', tg_op, tg_table_name
        using errcode = 'TA001';
end
$$;
create trigger append_only_rows before update or delete on log.entry
    for each row execute function log.refuse_change();
create trigger append_only_table before truncate on log.entry
    for each statement execute function log.refuse_change();
create trigger append_only_rows before update or delete on log.quarantine
    for each row execute function log.refuse_change();
create trigger append_only_table before truncate on log.quarantine
    for each statement execute function log.refuse_change();
-- ALWAYS: session_replication_role = replica does not skip them.
alter table log.entry enable always trigger append_only_rows;
alter table log.entry enable always trigger append_only_table;
alter table log.quarantine enable always trigger append_only_rows;
alter table log.quarantine enable always trigger append_only_table;
