-- Which lineage of the ledger versions belong to. A restored backup continues from an earlier moment, so its versions come a second time and mean something else: whoever restores one
-- begins a new epoch (the operator's "epoch begin"), and readers take a newer epoch whatever the version. The Unix time in seconds at which it began; it only grows.
create table ledger_epoch (
    only_row boolean primary key default true check (only_row),
    epoch    bigint  not null check (epoch > 0),
    reason   text    not null
);
insert into ledger_epoch (epoch, reason) values (floor(extract(epoch from clock_timestamp()))::bigint, 'The schema began to keep epochs.');

-- For a statement that calls cast_hashed_votes or forget_hashed_voters: called after them, it looks anew and so sees the epoch under whose lock they wrote, where a join would see it as it was before they
-- waited. Beside them instead of within, since the release before goes on calling them as they are.
create function current_epoch() returns bigint language plpgsql volatile as $$
begin
    return (select epoch from ledger_epoch);
end $$;
