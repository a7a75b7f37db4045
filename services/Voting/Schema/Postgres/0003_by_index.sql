-- The same function, whose cost no longer depends on when statistics were last gathered. On a young ledger the planner believed the tables to be tiny and read them whole, for
-- each batch, until the next ANALYZE: five thousand votes a second became two thousand within half a minute. Now every look-up goes by an index: "offset 0" keeps the
-- look-ups from being turned into a join of whole tables, and no plan may scan a table where an
-- index will do. The price that is put on scans for that is one at which the server would compile each execution; hence without its compiler.
-- One batch, one call, one implicit transaction: no lock can outlive a replica that freezes or dies half-way, since none waits for it.
-- A (voter, tool) pair stands in a batch at most once. Answers one row for each vote, in no order (place from 1), then one for each total moved.
create or replace function cast_votes(p_tools text[], p_voters bytea[], p_pseudonyms bytea[], p_choices smallint[])
returns table (place bigint, tool text, choice smallint, version bigint, ship bigint, skip bigint, at bigint)
language plpgsql
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    head    bigint;
    stamp   bigint;
    written bigint;
begin
    -- First of all, and held until the commit is visible: each statement below therefore sees the batch before, and ids follow the order of commits.
    -- Locking the touched tools' rows in one order instead would let two batches commit out of the order of their ids.
    -- The database's clock, never a replica's; it does not go back either.
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into head, stamp from ledger_head for update;

    with asked as (
        select c.place, c.tool, c.voter, c.pseudonym, c.choice, coalesce(v.choice, 0::smallint) as previous
          from unnest(p_tools, p_voters, p_pseudonyms, p_choices) with ordinality as c(tool, voter, pseudonym, choice, place)
          left join lateral (select choice from votes where voter = c.voter and tool = c.tool offset 0) v on true
         where coalesce(v.choice, 0::smallint) <> c.choice
    ), moved as (
        insert into votes as v (voter, tool, pseudonym, choice, seq, at)
        select a.voter, a.tool, a.pseudonym, a.choice, 1, stamp from asked a
        on conflict (voter, tool) do update set choice = excluded.choice, seq = v.seq + 1, at = excluded.at
        returning v.voter, v.tool, v.pseudonym, v.seq
    )
    insert into entries (id, tool, pseudonym, choice, previous, seq, at)
    select head + row_number() over (order by a.place), a.tool, m.pseudonym, a.choice, a.previous, m.seq, stamp
      from asked a join moved m on m.voter = a.voter and m.tool = a.tool;
    get diagnostics written = row_count;

    if written > 0 then
        insert into totals (tool)
        select distinct e.tool from entries e where e.id > head
        on conflict (tool) do nothing;

        update ledger_head set last_id = head + written, last_at = stamp;

        return query
        update totals t
           set ship = t.ship + d.ship, skip = t.skip + d.skip, version = t.version + d.changes, at = stamp
          from (select e.tool,
                       count(*) filter (where e.choice = 1) - count(*) filter (where e.previous = 1) as ship,
                       count(*) filter (where e.choice = 2) - count(*) filter (where e.previous = 2) as skip,
                       count(*) as changes
                  from entries e where e.id > head group by e.tool) d
         where t.tool = d.tool
        returning null::bigint, t.tool, null::smallint, t.version, t.ship, t.skip, t.at;
    end if;

    return query
    select c.place, c.tool, v.choice, v.seq, null::bigint, null::bigint, v.at
      from unnest(p_tools, p_voters) with ordinality as c(tool, voter, place)
      cross join lateral (select choice, seq, at from votes where voter = c.voter and tool = c.tool offset 0) v;
end $$;

alter function forget_voters(bytea[]) set enable_seqscan = off;
alter function forget_voters(bytea[]) set jit = off;
