-- The ledger knows voters by a keyed hash of their id and never by the id, so that none of its files and backups leads from a voter to a mark.
-- Votes stored under ids are moved in batches after the scripts (Voters/VoterRehash.cs), which then drops their table.
-- Hashes begin with a set bit and ids, as their time, with a clear one, so the check keeps ids out whoever writes.
alter table votes rename to votes_by_id;

create table votes (
    voter     blob    not null check (voter >= x'80'),
    tool      text    not null,
    pseudonym blob    not null,
    choice    integer not null check (choice between 0 and 2),
    seq       integer not null check (seq > 0),
    at        integer not null,
    primary key (voter, tool)
) without rowid;

-- One row. The key is null when a setting brings it; the proof is the key's code for sixteen zero bytes and tells another key.
create table voter_hash (
    only_row integer primary key default 1 check (only_row = 1),
    key      blob,
    proof    blob not null
);
