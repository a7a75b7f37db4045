-- The public log (Voting/Log): a Merkle tree over the entries, kept behind the votes. All of it follows from the entries; only the signed sizes are history of their own.
-- A tile or bundle that is not full grows in its row, so every earlier width stays servable as the row's beginning.
create table log_tiles (
    level  integer not null,
    n      integer not null,
    hashes blob    not null,
    primary key (level, n)
);

create table log_bundles (
    n       integer primary key,
    entries blob    not null
);

-- Where the tool's newest entry in the log left it, and that entry's index.
create table log_totals (
    tool    text    primary key,
    version integer not null,
    ship    integer not null,
    skip    integer not null,
    entry   integer not null
) without rowid;

-- One row. Every write of the log is a compare-and-swap of its size. The owner is the process that keeps the log for now; times are microseconds since 1970.
create table log_head (
    only_row    integer primary key default 1 check (only_row = 1),
    size        integer not null default 0,
    signed_size integer not null default 0,
    signed_at   integer not null default 0,
    checkpoint  text,
    owner       text    not null default '',
    owned_until integer not null default 0
);
insert into log_head default values;

create trigger log_tiles_only_grow before update on log_tiles
    when new.level <> old.level or new.n <> old.n or substr(new.hashes, 1, length(old.hashes)) <> old.hashes
    begin select raise(abort, 'log_tiles is append-only: update is refused'); end;
create trigger log_tiles_stay before delete on log_tiles begin select raise(abort, 'log_tiles is append-only: delete is refused'); end;
create trigger log_bundles_only_grow before update on log_bundles
    when new.n <> old.n or substr(new.entries, 1, length(old.entries)) <> old.entries
    begin select raise(abort, 'log_bundles is append-only: update is refused'); end;
create trigger log_bundles_stay before delete on log_bundles begin select raise(abort, 'log_bundles is append-only: delete is refused'); end;
create trigger log_head_only_grows before update on log_head when new.size < old.size or new.signed_size < old.signed_size
    begin select raise(abort, 'log_head is append-only: update is refused'); end;
create trigger log_head_stays before delete on log_head begin select raise(abort, 'log_head is append-only: delete is refused'); end;
