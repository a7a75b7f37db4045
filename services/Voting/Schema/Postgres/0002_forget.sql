-- Forgets voters: a last entry withdraws each vote that stands, and the rows that tie voters to their pseudonyms are deleted, in one implicit
-- transaction. What remains in the ledger adds up as before and leads to nobody. Answers one row for each total moved.
create function forget_voters(p_voters bytea[])
returns table (tool text, ship bigint, skip bigint, version bigint, at bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    head    bigint;
    stamp   bigint;
    written bigint;
begin
    -- Asked before the lock: voters without votes must not hold up those who vote. A cast that commits meanwhile counts as one that came after.
    if not exists (select from votes v where v.voter = any (p_voters)) then
        return;
    end if;

    -- The same lock as in cast_votes, for the same reasons: batches of all replicas and this follow one another.
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into head, stamp from ledger_head for update;

    with gone as (
        delete from votes v where v.voter = any (p_voters) returning v.tool, v.pseudonym, v.choice, v.seq
    )
    -- By pseudonym, which is random: the order of the entries says nothing of the voter.
    insert into entries (id, tool, pseudonym, choice, previous, seq, at)
    select head + row_number() over (order by g.pseudonym), g.tool, g.pseudonym, 0::smallint, g.choice, g.seq + 1, stamp
      from gone g where g.choice <> 0;
    get diagnostics written = row_count;

    if written > 0 then
        update ledger_head set last_id = head + written, last_at = stamp;

        return query
        update totals t
           set ship = t.ship + d.ship, skip = t.skip + d.skip, version = t.version + d.changes, at = stamp
          from (select e.tool,
                       -count(*) filter (where e.previous = 1) as ship,
                       -count(*) filter (where e.previous = 2) as skip,
                       count(*) as changes
                  from entries e where e.id > head group by e.tool) d
         where t.tool = d.tool
        returning t.tool, t.ship, t.skip, t.version, t.at;
    end if;
end $$;
