-- What the log has signed of itself: how many entries, and the root of their tree, as signed notes (C2SP
-- tlog-checkpoint). Each names the one before it, and no two may name the same: the log cannot go on in
-- two ways, whoever signs. The last one also lies in a file outside the database, so that an older copy of
-- the database is recognised.
create table log.checkpoint (
    size      bigint primary key check (size > 0),
    previous  bigint not null unique check (previous < size),
    root      bytea not null check (length(root) = 32),
    signed_at timestamptz not null,
    note      bytea not null
) with (fillfactor = 100);

-- What witnesses said of them: signature lines (C2SP tlog-cosignature).
create table log.cosignature (
    size         bigint not null references log.checkpoint (size),
    witness      text not null,
    cosigned_at  timestamptz not null,
    line         text not null,
    primary key (size, witness, cosigned_at)
) with (fillfactor = 100);
create index cosignature_latest on log.cosignature (witness, cosigned_at);

create trigger append_only_rows before update or delete on log.checkpoint
    for each row execute function log.refuse_change();
create trigger append_only_table before truncate on log.checkpoint
    for each statement execute function log.refuse_change();
create trigger append_only_rows before update or delete on log.cosignature
    for each row execute function log.refuse_change();
create trigger append_only_table before truncate on log.cosignature
    for each statement execute function log.refuse_change();
alter table log.checkpoint enable always trigger append_only_rows;
alter table log.checkpoint enable always trigger append_only_table;
alter table log.cosignature enable always trigger append_only_rows;
alter table log.cosignature enable always trigger append_only_table;
