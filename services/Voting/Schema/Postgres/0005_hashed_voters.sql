-- The ledger knows voters by a keyed hash of their id and never by the id, so that none of its files, logs and backups leads from a voter to a mark.
-- Votes stored under ids are moved in batches after the scripts (Voters/VoterRehash.cs), which then drops their table: dropped, its files are gone at once, where
-- updated rows would stay readable for long. Hashes begin with a set bit and ids, as their time, with a clear one, so the check keeps ids out whoever writes.
alter table votes rename to votes_by_id;
alter index votes_pkey rename to votes_by_id_pkey;

create table votes (
    voter     bytea    not null check (voter >= '\x80'::bytea),
    tool      text     not null,
    pseudonym bytea    not null,
    choice    smallint not null check (choice between 0 and 2),
    seq       bigint   not null check (seq > 0),
    at        bigint   not null,
    primary key (voter, tool)
) with (fillfactor = 80);

-- One row. The key is null when a setting brings it; the proof is the key's code for sixteen zero bytes and tells another key.
create table voter_hash (
    only_row boolean primary key default true check (only_row),
    key      bytea,
    proof    bytea not null
);

-- Under other names, since code that passes ids would take every voter for a new one: it fails and writes nothing.
alter function cast_votes(text[], bytea, bytea, smallint[], text[]) rename to cast_hashed_votes;
alter function forget_voters(bytea[]) rename to forget_hashed_voters;
