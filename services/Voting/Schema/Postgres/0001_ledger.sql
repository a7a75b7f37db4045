-- choice: 1 ship, 2 skip, 0 withdrawn. Times are microseconds since 1970, UTC, as in SQLite, so that one set of queries reads both.

-- A voter's current choice on a tool. The pseudonym is random and known only here: deleting this row cuts the voter from the entries for good.
create table votes (
    voter     bytea    not null,
    tool      text     not null,
    pseudonym bytea    not null,
    choice    smallint not null check (choice in (0, 1, 2)),
    seq       bigint   not null check (seq > 0),
    at        bigint   not null,
    primary key (voter, tool)
) with (fillfactor = 80);

-- The append-only truth. Ids have no gaps, and an id is visible only after all lower ones: whoever reads on from the last id misses nothing.
create table entries (
    id        bigint   primary key,
    tool      text     not null,
    pseudonym bytea    not null,
    choice    smallint not null,
    previous  smallint not null,
    seq       bigint   not null,
    at        bigint   not null
);

create table totals (
    tool    text   primary key,
    ship    bigint not null default 0 check (ship >= 0),
    skip    bigint not null default 0 check (skip >= 0),
    version bigint not null default 0,
    at      bigint not null default 0
) with (fillfactor = 50);

-- Apart from totals, so that marking what was published never waits for a batch that holds the totals' rows.
create table totals_published (
    tool              text   primary key,
    published_version bigint not null
) with (fillfactor = 50);

create table tools (
    slug     text    primary key,
    name     text    not null,
    category text    not null,
    retired  boolean not null,
    version  bigint  not null
);

-- One row. Its lock is what lets batches of several replicas follow one another.
create table ledger_head (
    only_row boolean primary key default true check (only_row),
    last_id  bigint  not null,
    last_at  bigint  not null
) with (fillfactor = 10);
insert into ledger_head (last_id, last_at) values (0, 0);

-- One batch, one call, one implicit transaction: no lock can outlive a replica that freezes or dies half-way, since none waits for it.
-- A (voter, tool) pair stands in a batch at most once. Answers one row for each vote, in no order (place from 1), then one for each total moved.
create function cast_votes(p_tools text[], p_voters bytea[], p_pseudonyms bytea[], p_choices smallint[])
returns table (place bigint, tool text, choice smallint, version bigint, ship bigint, skip bigint, at bigint)
language plpgsql as $$
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
          left join votes v on v.voter = c.voter and v.tool = c.tool
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
      join votes v on v.voter = c.voter and v.tool = c.tool;
end $$;

-- A mark that a crash of the database forgets costs one more publish of the same state: not worth waiting for the disk.
create function mark_published(p_tools text[], p_versions bigint[]) returns void
language plpgsql as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    insert into totals_published as p (tool, published_version)
    select m.tool, m.version from unnest(p_tools, p_versions) as m(tool, version) order by m.tool
    on conflict (tool) do update set published_version = greatest(p.published_version, excluded.published_version);
end $$;
