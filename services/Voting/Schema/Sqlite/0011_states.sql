-- A vote is counted, held or void. state: 0 counted; 1 to 99 held, for the reason of that number; 100 and more void, for the reason of that number less 100 (Ledger/VoteState.cs).
-- It belongs to the mark and not to the choice: a voter whose vote is held may change it, and it stays held.
alter table votes add column state integer not null default 0 check (state >= 0);

alter table due_withdrawals add column state integer not null default 0;

-- kind: 0 a vote, 1 hold, 2 release, 3 void, 4 a vote under a mark that is held or void just then. The totals are the sum of previous -> choice over all entries but those of kind 4:
-- a hold goes from the choice that stands to none, a release back.
alter table entries add column kind integer not null default 0;

-- networks: how many networks were the first of theirs with a counted vote on the tool that day, added up; null when a release before this one began to count.
alter table totals add column held integer not null default 0 check (held >= 0);
alter table totals add column void integer not null default 0 check (void >= 0);
alter table totals add column networks integer;

-- What a moderator or a rule did. votes, ship and skip: to how many votes, and what it moved.
create table moderations (
    id        integer primary key,
    tool      text    not null,
    kind      integer not null check (kind between 1 and 3),
    reason    integer not null,
    moderator text    not null,
    note      text    not null,
    votes     integer not null,
    ship      integer not null,
    skip      integer not null,
    at        integer not null
);
create index moderations_tool on moderations (tool, id);
create trigger moderations_are_not_changed before update on moderations begin select raise(abort, 'moderations is append-only: update is refused'); end;
create trigger moderations_are_not_deleted before delete on moderations begin select raise(abort, 'moderations is append-only: delete is refused'); end;

-- The entries of kinds 1 to 3: which entry's vote they are about, why, and the moderation they belong to; null for a vote that was held as it came.
create table moderated (
    entry      integer primary key,
    vote       integer not null,
    reason     integer not null,
    moderation integer
);
create trigger moderated_is_not_changed before update on moderated begin select raise(abort, 'moderated is append-only: update is refused'); end;
create trigger moderated_is_not_deleted before delete on moderated begin select raise(abort, 'moderated is append-only: delete is refused'); end;

-- For 48 hours after a first vote on a tool: keyed hashes, 8 bytes for each width, of the network it came from. Without the day's salt they lead nowhere, and both are deleted.
create table cohorts (
    tool     text    not null,
    mark     blob    not null,
    voter    blob    not null,
    networks blob    not null,
    sleeper  integer not null,
    newcomer integer not null,
    at       integer not null,
    primary key (tool, mark)
) without rowid;

create table cohort_salts (
    day  integer primary key,
    salt blob    not null
);

-- What somebody should look at: at most one open case a tool. errors: hundredths of standard errors.
create table cases (
    id         integer primary key,
    tool       text    not null,
    finding    integer not null,
    errors     integer not null,
    opened_at  integer not null,
    decided_at integer
);
create unique index cases_open on cases (tool) where decided_at is null;

-- One row: which process looks for floods, and until when others leave it to that one (microseconds since 1970).
create table integrity_head (
    only_row    integer primary key default 1 check (only_row = 1),
    owner       text    not null default '',
    owned_until integer not null default 0
);
insert into integrity_head default values;
