-- The public log (Voting/Log): a Merkle tree over the entries, kept behind the votes. All of it follows from the entries; only the signed sizes are history of their own.
-- A tile or bundle that is not full grows in its row, so every earlier width stays servable as the row's beginning.
create table log_tiles (
    level  smallint not null,
    n      bigint   not null,
    hashes bytea    not null,
    primary key (level, n)
);

create table log_bundles (
    n       bigint primary key,
    entries bytea  not null
);

-- Hashes don't compress, and to compress a bundle each time it grows costs more than its bytes.
alter table log_tiles alter column hashes set storage external;
alter table log_bundles alter column entries set storage external;

-- Where the tool's newest entry in the log left it, and that entry's index.
create table log_totals (
    tool    text   primary key,
    version bigint not null,
    ship    bigint not null,
    skip    bigint not null,
    entry   bigint not null
);

-- One row. Every write of the log is a compare-and-swap of its size. The owner is the replica that keeps the log for now; times are microseconds since 1970.
create table log_head (
    only_row    boolean primary key default true check (only_row),
    size        bigint  not null default 0,
    signed_size bigint  not null default 0,
    signed_at   bigint  not null default 0,
    checkpoint  text,
    owner       text    not null default '',
    owned_until bigint  not null default 0
) with (fillfactor = 10);
insert into log_head default values;

create trigger log_tiles_only_grow before update on log_tiles for each row
    when (new.level <> old.level or new.n <> old.n or substring(new.hashes for length(old.hashes)) <> old.hashes) execute function refuse_to_rewrite();
create trigger log_tiles_stay before delete or truncate on log_tiles for each statement execute function refuse_to_rewrite();
create trigger log_bundles_only_grow before update on log_bundles for each row
    when (new.n <> old.n or substring(new.entries for length(old.entries)) <> old.entries) execute function refuse_to_rewrite();
create trigger log_bundles_stay before delete or truncate on log_bundles for each statement execute function refuse_to_rewrite();
create trigger log_head_only_grows before update on log_head for each row
    when (new.size < old.size or new.signed_size < old.signed_size) execute function refuse_to_rewrite();
create trigger log_head_stays before delete or truncate on log_head for each statement execute function refuse_to_rewrite();
