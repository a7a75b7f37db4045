-- Which lineage of the ledger versions belong to. A restored backup continues from an earlier moment, so its versions come a second time and mean something else: whoever restores one
-- begins a new epoch (the operator's "epoch begin"), and readers take a newer epoch whatever the version. The Unix time in seconds at which it began; it only grows.
create table ledger_epoch (
    only_row integer primary key default 1 check (only_row = 1),
    epoch    integer not null check (epoch > 0),
    reason   text    not null
);
insert into ledger_epoch (epoch, reason) values (unixepoch(), 'The schema began to keep epochs.');
