-- The tree as tiles of 256 hashes (C2SP tlog-tiles), each written once, by the append that completes it.
-- A proof reads some tiles instead of all entries. Level 0 holds leaf hashes; a hash of level n+1 is the
-- root of a tile of level n, which stands beside its hashes so that what is not yet a whole tile of the
-- next level is read without them.
create table log.tile (
    level  smallint not null,
    index  bigint not null,
    hashes bytea not null,
    root   bytea not null,
    primary key (level, index),
    constraint tile_is_whole check (length(hashes) = 8192 and length(root) = 32)
) with (
    fillfactor = 100,
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_freeze_min_age = 0
);
-- Hashes do not compress.
alter table log.tile alter column hashes set storage external;

create trigger append_only_rows before update or delete on log.tile
    for each row execute function log.refuse_change();
create trigger append_only_table before truncate on log.tile
    for each statement execute function log.refuse_change();
alter table log.tile enable always trigger append_only_rows;
alter table log.tile enable always trigger append_only_table;
