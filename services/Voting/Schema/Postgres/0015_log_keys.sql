-- The keys that sign the public log, by the entry that announces each; 0 for those it began with. Such an entry is of kind 5 and about no tool: it moves no total.
create table log_keys (
    vkey  text   primary key,
    entry bigint not null,
    at    bigint not null
);
create trigger log_keys_are_only_added before update or delete or truncate on log_keys for each statement execute function refuse_to_rewrite();

-- Announces those of the keys that are new, in this order.
create function announce_keys(p_vkeys text[])
returns void
language plpgsql
as $$
declare
    head    bigint;
    stamp   bigint;
    isfirst boolean;
    next    text;
begin
    -- The lock of cast_gated_votes, for the same reasons.
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint) into head, stamp from ledger_head for update;
    isfirst := not exists (select from log_keys);
    foreach next in array p_vkeys loop
        if isfirst then
            insert into log_keys (vkey, entry, at) values (next, 0, stamp) on conflict do nothing;
        elsif not exists (select from log_keys where vkey = next) then
            head := head + 1;
            -- A release that knows no such entry reads it as one about a tool without a name.
            insert into entries (id, tool, pseudonym, choice, previous, seq, at, kind)
            values (head, '', decode(repeat('00', 16), 'hex'), 0, 0, 1, stamp, 5);
            insert into log_keys (vkey, entry, at) values (next, head, stamp);
            update ledger_head set last_id = head, last_at = stamp;
        end if;
    end loop;
end $$;
