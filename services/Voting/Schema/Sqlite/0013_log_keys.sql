-- The keys that sign the public log, by the entry that announces each; 0 for those it began with. Such an entry is of kind 5 and about no tool: it moves no total.
create table log_keys (
    vkey  text    primary key,
    entry integer not null,
    at    integer not null
);
create trigger log_keys_are_not_changed before update on log_keys begin select raise(abort, 'log_keys is append-only: update is refused'); end;
create trigger log_keys_are_not_deleted before delete on log_keys begin select raise(abort, 'log_keys is append-only: delete is refused'); end;
