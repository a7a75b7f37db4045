-- An erased voter's votes are withdrawn one by one, each at a random moment of its own: entries that came together would tell which marks were one voter's. Until its moment
-- the vote counts. A row names neither the voter nor the erasure; seq is that of the entry to come.
create table due_withdrawals (
    mark   blob    not null,
    tool   text    not null,
    choice integer not null,
    seq    integer not null,
    due_at integer not null,
    primary key (mark, tool)
) without rowid;
create index due_withdrawals_due_at on due_withdrawals (due_at);
