-- Who was erased from the vault. Name, contact and key are deleted; that the id was somebody's stays, so that
-- nobody is entered under it again. The list that outlives a restore of this database is a file of the office.
create table vault.erased (
    person    uuid primary key,
    erased_at timestamptz not null default now()
);
