-- The same transaction, for less: what a batch needs to know is looked up once (before, the entries were joined to the rows just written, read again for the sums, and every vote read
-- once more for the answer), voters and pseudonyms come as bytes in a row, 16 each, and the answer is one row.
-- One batch, one call, one implicit transaction: no lock can outlive a replica that freezes or dies half-way, since none waits for it.
-- A (voter, tool) pair stands in a batch at most once; p_begun names the tools of which the caller does not know yet that they have totals. Answers, in the order asked, each vote's seq and time (seq 0: never cast), and the totals moved with the time they moved at.
drop function cast_votes(text[], bytea[], bytea[], smallint[]);
create function cast_votes(
    p_tools text[], p_voters bytea, p_pseudonyms bytea, p_choices smallint[], p_begun text[],
    out seqs bigint[], out ats bigint[], out moved text[], out ships bigint[], out skips bigint[], out versions bigint[], out moved_at bigint)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    head bigint;
begin
    -- First of all, and held until the commit is visible: each statement below therefore sees the batch before, and ids follow the order of commits.
    -- Locking the touched tools' rows in one order instead would let two batches commit out of the order of their ids.
    -- The database's clock, never a replica's; it does not go back either.
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into head, moved_at from ledger_head for update;

    -- A tool's first vote: apart from the statement below, in which an insert with a sum that goes down would fail its check before it is found to be no insert.
    insert into totals (tool) select unnest(p_begun)
    on conflict (tool) do nothing;

    -- Every look-up goes by an index whatever the statistics say: "offset 0" keeps it from becoming a join of whole tables. What was found can't move before the commit, since
    -- whoever writes holds the lock above; "on conflict" would look each vote up once more.
    with asked as materialized (
        select c.place, c.tool, substring(p_voters from (c.place * 16 - 15)::int for 16) as voter,
               coalesce(v.pseudonym, substring(p_pseudonyms from (c.place * 16 - 15)::int for 16)) as pseudonym,
               c.choice, coalesce(v.choice, 0::smallint) as previous, coalesce(v.seq, 0) as seq, v.at, v.stored
          from unnest(p_tools, p_choices) with ordinality as c(tool, choice, place)
          left join lateral (select pseudonym, choice, seq, at, ctid as stored from votes where voter = substring(p_voters from (c.place * 16 - 15)::int for 16) and tool = c.tool offset 0) v on true
    ), first as (
        insert into votes (voter, tool, pseudonym, choice, seq, at)
        select voter, tool, pseudonym, choice, 1, moved_at from asked where stored is null and choice <> previous
    ), changed as (
        update votes v set choice = a.choice, seq = a.seq + 1, at = moved_at
          from asked a where v.ctid = a.stored and a.choice <> a.previous
    ), logged as (
        insert into entries (id, tool, pseudonym, choice, previous, seq, at)
        select head + row_number() over (order by place), tool, pseudonym, choice, previous, seq + 1, moved_at from asked where choice <> previous
    ), counted as (
        update ledger_head set last_id = head + d.changes, last_at = moved_at
          from (select count(*) as changes from asked where choice <> previous) d where d.changes > 0
    ), standing as (
        update totals t set ship = t.ship + d.ship, skip = t.skip + d.skip, version = t.version + d.changes, at = moved_at
          from (select tool,
                       count(*) filter (where choice = 1) - count(*) filter (where previous = 1) as ship,
                       count(*) filter (where choice = 2) - count(*) filter (where previous = 2) as skip,
                       count(*) as changes
                  from asked where choice <> previous group by tool) d
         where t.tool = d.tool
        returning t.tool, t.ship, t.skip, t.version
    )
    select a.seqs, a.ats, t.moved, t.ships, t.skips, t.versions into seqs, ats, moved, ships, skips, versions
      from (select array_agg(case when choice <> previous then seq + 1 else seq end order by place) as seqs,
                   array_agg(case when choice <> previous then moved_at else at end order by place) as ats from asked) a,
           (select array_agg(tool) as moved, array_agg(ship) as ships, array_agg(skip) as skips, array_agg(version) as versions from standing) t;
end $$;
