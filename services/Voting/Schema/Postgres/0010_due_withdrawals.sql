-- An erased voter's votes are withdrawn one by one, each at a random moment of its own: entries that came together would tell which marks were one voter's. Until its moment
-- the vote counts. A row names neither the voter nor the erasure; seq is that of the entry to come.
create table due_withdrawals (
    mark   bytea    not null,
    tool   text     not null,
    choice smallint not null,
    seq    bigint   not null,
    due_at bigint   not null
);
create index due_withdrawals_due_at on due_withdrawals (due_at);

-- Withdraws what is due, at most so many votes (null: all). Answers one row for each total moved.
create function withdraw_due(p_most bigint)
returns table (tool text, ship bigint, skip bigint, version bigint, at bigint)
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
    -- Asked before the lock: mostly nothing is due.
    if not exists (select from due_withdrawals d where d.due_at <= (extract(epoch from clock_timestamp()) * 1000000)::bigint) then
        return;
    end if;

    -- The lock of cast_marked_votes, for the same reasons. Of two replicas that find the same rows due, the second sees here that they are gone.
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into head, stamp from ledger_head for update;

    with due as (
        delete from due_withdrawals d
         where d.ctid in (select n.ctid from due_withdrawals n where n.due_at <= stamp order by n.due_at limit p_most)
        returning d.mark, d.tool, d.choice, d.seq
    )
    -- By mark, which is random.
    insert into entries (id, tool, pseudonym, choice, previous, seq, at)
    select head + row_number() over (order by d.mark), d.tool, d.mark, 0::smallint, d.choice, d.seq, stamp from due d;
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

-- Erases voters: what ties them to their marks is deleted at once, and what stands of their votes becomes due within p_spread microseconds. Takes the place of
-- forget_hashed_voters, which the release before goes on calling and which withdraws at once.
create function erase_voters(p_voters bytea[], p_spread bigint)
returns table (tool text, ship bigint, skip bigint, version bigint, at bigint)
language plpgsql
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    stamp bigint;
begin
    -- Asked before the lock: voters without votes must not hold up those who vote. A cast that commits meanwhile counts as one that came after.
    if not exists (select from votes v where v.voter = any (p_voters)) then
        return;
    end if;

    select greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint) into stamp from ledger_head for update;

    with gone as (
        delete from votes v where v.voter = any (p_voters) returning v.tool, v.pseudonym, v.choice, v.seq
    )
    insert into due_withdrawals (mark, tool, choice, seq, due_at)
    select g.pseudonym, g.tool, g.choice, g.seq + 1, stamp + floor(random() * p_spread)::bigint
      from gone g where g.choice <> 0 order by g.pseudonym;

    if p_spread = 0 then
        return query select * from withdraw_due(null);
    end if;
end $$;

-- Rows that one transaction wrote stand side by side and bear its number. Written anew by one transaction in the order of their marks, they don't tell any more who came with whom.
create function shuffle_due_withdrawals() returns void
language plpgsql as $$
begin
    -- Whoever else writes here takes rows in another order, and the two could wait for each other.
    lock table due_withdrawals in share row exclusive mode;
    with every as (delete from due_withdrawals returning *)
    insert into due_withdrawals select * from every order by mark;
end $$;
