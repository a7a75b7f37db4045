-- What the answer to a vote says beside the choice: the salt that was mixed into the mark (column pseudonym), and the id of the entry that made the vote what it is. Null for
-- votes of a release that did not keep them.
alter table votes add column salt bytea, add column entry bigint;

-- As cast_hashed_votes, with a salt for each mark; and ids within a batch follow the marks, which are random, instead of the order of requests.
-- p_voters, p_marks and p_salts hold 16 bytes a vote. A mark and its salt are taken only with a voter's first vote on the tool.
create function cast_marked_votes(
    p_tools text[], p_voters bytea, p_marks bytea, p_salts bytea, p_choices smallint[], p_begun text[],
    out seqs bigint[], out ats bigint[], out ids bigint[], out marks bytea[], out salts bytea[],
    out moved text[], out ships bigint[], out skips bigint[], out versions bigint[], out moved_at bigint)
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
    with found as materialized (
        select c.place, c.tool, substring(p_voters from (c.place * 16 - 15)::int for 16) as voter,
               coalesce(v.pseudonym, substring(p_marks from (c.place * 16 - 15)::int for 16)) as mark,
               case when v.stored is null then substring(p_salts from (c.place * 16 - 15)::int for 16) else v.salt end as salt,
               c.choice, coalesce(v.choice, 0::smallint) as previous, coalesce(v.seq, 0) as seq, v.at, v.entry, v.stored
          from unnest(p_tools, p_choices) with ordinality as c(tool, choice, place)
          left join lateral (select pseudonym, salt, choice, seq, at, entry, ctid as stored from votes
                              where voter = substring(p_voters from (c.place * 16 - 15)::int for 16) and tool = c.tool offset 0) v on true
    ), asked as materialized (
        select f.*, case when choice <> previous then head + row_number() over (partition by choice <> previous order by mark) end as id from found f
    ), first as (
        insert into votes (voter, tool, pseudonym, salt, choice, seq, at, entry)
        select voter, tool, mark, salt, choice, 1, moved_at, id from asked where stored is null and id is not null
    ), changed as (
        update votes v set choice = a.choice, seq = a.seq + 1, at = moved_at, entry = a.id
          from asked a where v.ctid = a.stored and a.id is not null
    ), logged as (
        insert into entries (id, tool, pseudonym, choice, previous, seq, at)
        select id, tool, mark, choice, previous, seq + 1, moved_at from asked where id is not null
    ), counted as (
        update ledger_head set last_id = head + d.changes, last_at = moved_at
          from (select count(*) as changes from asked where id is not null) d where d.changes > 0
    ), standing as (
        update totals t set ship = t.ship + d.ship, skip = t.skip + d.skip, version = t.version + d.changes, at = moved_at
          from (select tool,
                       count(*) filter (where choice = 1) - count(*) filter (where previous = 1) as ship,
                       count(*) filter (where choice = 2) - count(*) filter (where previous = 2) as skip,
                       count(*) as changes
                  from asked where id is not null group by tool) d
         where t.tool = d.tool
        returning t.tool, t.ship, t.skip, t.version
    )
    select a.seqs, a.ats, a.ids, a.marks, a.salts, t.moved, t.ships, t.skips, t.versions
      into seqs, ats, ids, marks, salts, moved, ships, skips, versions
      from (select array_agg(case when id is not null then seq + 1 else seq end order by place) as seqs,
                   array_agg(case when id is not null then moved_at else at end order by place) as ats,
                   array_agg(coalesce(id, entry) order by place) as ids,
                   array_agg(mark order by place) as marks,
                   array_agg(salt order by place) as salts from asked) a,
           (select array_agg(tool) as moved, array_agg(ship) as ships, array_agg(skip) as skips, array_agg(version) as versions from standing) t;
end $$;

-- The release before goes on calling this during an upgrade; what it writes has an entry too.
create or replace function cast_hashed_votes(
    p_tools text[], p_voters bytea, p_pseudonyms bytea, p_choices smallint[], p_begun text[],
    out seqs bigint[], out ats bigint[], out moved text[], out ships bigint[], out skips bigint[], out versions bigint[], out moved_at bigint)
language sql as $$
    select c.seqs, c.ats, c.moved, c.ships, c.skips, c.versions, c.moved_at
      from cast_marked_votes(p_tools, p_voters, p_pseudonyms, null, p_choices, p_begun) c;
$$;

-- Entries are only ever added. The login that serves has no right to change them; this refuses it to the owner too, who could otherwise do so by mistake.
create function refuse_to_rewrite() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op);
end $$;
-- harmless: entries_are_only_added
create trigger entries_are_only_added before update or delete or truncate on entries for each statement execute function refuse_to_rewrite();
