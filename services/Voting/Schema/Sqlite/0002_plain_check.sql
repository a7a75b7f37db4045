-- The same table, whose check is a comparison: for "choice in (0, 1, 2)" SQLite builds a table of its own and takes it down again, each time a vote is written.
create table votes_checked (
    voter     blob    not null,
    tool      text    not null,
    pseudonym blob    not null,
    choice    integer not null check (choice between 0 and 2),
    seq       integer not null check (seq > 0),
    at        integer not null,
    primary key (voter, tool)
) without rowid;
insert into votes_checked select voter, tool, pseudonym, choice, seq, at from votes;
drop table votes;
alter table votes_checked rename to votes;
