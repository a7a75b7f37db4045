-- choice: 1 ship, 2 skip, 0 withdrawn. Times are microseconds since 1970, UTC. Ids are 16 random bytes.
create table votes (
    voter     blob    not null,
    tool      text    not null,
    pseudonym blob    not null,
    choice    integer not null check (choice in (0, 1, 2)),
    seq       integer not null check (seq > 0),
    at        integer not null,
    primary key (voter, tool)
) without rowid;

create table entries (
    id        integer primary key,
    tool      text    not null,
    pseudonym blob    not null,
    choice    integer not null,
    previous  integer not null,
    seq       integer not null,
    at        integer not null
);

create table totals (
    tool    text primary key,
    ship    integer not null default 0 check (ship >= 0),
    skip    integer not null default 0 check (skip >= 0),
    version integer not null default 0,
    at      integer not null default 0
) without rowid;

create table totals_published (
    tool              text primary key,
    published_version integer not null
) without rowid;

create table tools (
    slug     text primary key,
    name     text    not null,
    category text    not null,
    retired  integer not null,
    version  integer not null
) without rowid;
