-- Who the people of the Forum are. Events hold their ids and nothing else; name and contact lie here,
-- sealed by the office's service with a key of each person's own, which is itself sealed with a key that
-- is not in this database. What the server, its files and its backups hold is ciphertext; without the row
-- in person_key it stays that for ever, whoever kept a copy of the rest.

create schema vault;

create table vault.person (
    id         uuid primary key,
    name       bytea not null,
    contact    bytea not null,
    entered_at timestamptz not null default now()
);

create table vault.person_key (
    person uuid primary key references vault.person (id),
    sealed bytea not null
);
