-- A vote is counted, held or void. state: 0 counted; 1 to 99 held, for the reason of that number; 100 and more void, for the reason of that number less 100 (Ledger/VoteState.cs).
-- It belongs to the mark and not to the choice: a voter whose vote is held may change it, and it stays held.
-- harmless: CHECK ((state >= 0))
alter table votes add column state smallint not null default 0 check (state >= 0);

-- kind: 0 a vote, 1 hold, 2 release, 3 void, 4 a vote under a mark that is held or void just then. The totals are the sum of previous -> choice over all entries but those of kind 4:
-- a hold goes from the choice that stands to none, a release back.
alter table entries add column kind smallint not null default 0;

-- networks: how many networks were the first of theirs with a counted vote on the tool that day, added up; null when a release before this one began to count.
-- harmless: CHECK ((held >= 0))
-- harmless: CHECK ((void >= 0))
alter table totals add column held bigint not null default 0 check (held >= 0),
                   add column void bigint not null default 0 check (void >= 0),
                   add column networks bigint;
alter table totals alter column networks set default 0;

-- What a moderator or a rule did. votes, ship and skip: to how many votes, and what it moved.
create table moderations (
    id        bigint   primary key,
    tool      text     not null,
    kind      smallint not null check (kind between 1 and 3),
    reason    smallint not null,
    moderator text     not null,
    note      text     not null,
    votes     bigint   not null,
    ship      bigint   not null,
    skip      bigint   not null,
    at        bigint   not null
);
create index moderations_tool on moderations (tool, id);
create trigger moderations_are_only_added before update or delete or truncate on moderations for each statement execute function refuse_to_rewrite();

-- The entries of kinds 1 to 3: which entry's vote they are about, why, and the moderation they belong to; null for a vote that was held as it came.
create table moderated (
    entry      bigint   primary key,
    vote       bigint   not null,
    reason     smallint not null,
    moderation bigint
);
create trigger moderated_is_only_added before update or delete or truncate on moderated for each statement execute function refuse_to_rewrite();

-- For 48 hours after a first vote on a tool: keyed hashes, 8 bytes for each width, of the network it came from. Without the day's salt they lead nowhere, and both are deleted.
create table cohorts (
    tool     text    not null,
    mark     bytea   not null,
    voter    bytea   not null,
    networks bytea   not null,
    sleeper  boolean not null,
    newcomer boolean not null,
    at       bigint  not null,
    primary key (tool, mark)
);

create table cohort_salts (
    day  bigint primary key,
    salt bytea  not null
);

-- As cast_marked_votes, for votes that had to pass a gate (p_gates, Ledger/Cast.cs): 0 counts, 1 is left out and 2 is held if it is the voter's first on the tool; on all others it has no bearing.
-- p_networks are the hashes of a first vote's network, null to keep none. p_flags: bit 0, the first of its network on the tool that day; bit 1, a sleeper; bit 2, the voter's first vote of all.
create function cast_gated_votes(
    p_tools text[], p_voters bytea, p_marks bytea, p_salts bytea, p_choices smallint[], p_gates smallint[], p_networks bytea[], p_flags smallint[], p_begun text[],
    out seqs bigint[], out ats bigint[], out ids bigint[], out marks bytea[], out salts bytea[], out states smallint[],
    out moved text[], out ships bigint[], out skips bigint[], out helds bigint[], out voids bigint[], out nets bigint[], out versions bigint[], out moved_at bigint)
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
               c.choice, coalesce(v.choice, 0::smallint) as previous, coalesce(v.seq, 0) as seq, v.at, v.entry, v.stored,
               coalesce(v.state, 0::smallint) as state, v.stored is null and c.gate = 2 as held, c.choice <> coalesce(v.choice, 0::smallint) and not (v.stored is null and c.gate = 1) as written,
               c.networks, c.flags
          from unnest(p_tools, p_choices, p_gates, p_networks, p_flags) with ordinality as c(tool, choice, gate, networks, flags, place)
          left join lateral (select pseudonym, salt, choice, seq, at, entry, state, ctid as stored from votes
                              where voter = substring(p_voters from (c.place * 16 - 15)::int for 16) and tool = c.tool offset 0) v on true
    ), asked as materialized (
        -- A vote that is held as it comes takes two ids: its own, and the next for the hold.
        select f.*, case when written then head + sum(case when not written then 0 when held then 2 else 1 end) over (order by mark rows unbounded preceding) - case when held then 1 else 0 end end as id
          from found f
    ), first as (
        insert into votes (voter, tool, pseudonym, salt, choice, seq, at, entry, state)
        select voter, tool, mark, salt, choice, 1, moved_at, id, case when held then 1 else 0 end from asked where stored is null and id is not null
    ), kept as (
        insert into cohorts (tool, mark, voter, networks, sleeper, newcomer, at)
        select tool, mark, voter, networks, flags & 2 > 0, flags & 4 > 0, moved_at from asked where stored is null and id is not null and networks is not null
    ), changed as (
        update votes v set choice = a.choice, seq = a.seq + 1, at = moved_at, entry = a.id
          from asked a where v.ctid = a.stored and a.id is not null
    ), logged as (
        insert into entries (id, tool, pseudonym, choice, previous, seq, at, kind)
        select id, tool, mark, choice, previous, seq + 1, moved_at, case when state = 0 then 0 else 4 end from asked where id is not null
        union all
        select id + 1, tool, mark, 0, choice, seq + 1, moved_at, 1 from asked where id is not null and held
    ), explained as (
        insert into moderated (entry, vote, reason) select id + 1, id, 1 from asked where id is not null and held
    ), counted as (
        update ledger_head set last_id = head + d.changes, last_at = moved_at
          from (select sum(case when held then 2 else 1 end) as changes from asked where id is not null) d where d.changes > 0
    ), standing as (
        update totals t set ship = t.ship + d.ship, skip = t.skip + d.skip, held = t.held + d.held, void = t.void + d.void, networks = t.networks + d.nets, version = t.version + d.changes, at = moved_at
          from (select tool,
                       count(*) filter (where choice = 1 and state = 0 and not held) - count(*) filter (where previous = 1 and state = 0) as ship,
                       count(*) filter (where choice = 2 and state = 0 and not held) - count(*) filter (where previous = 2 and state = 0) as skip,
                       count(*) filter (where choice <> 0 and (held or state between 1 and 99)) - count(*) filter (where previous <> 0 and state between 1 and 99) as held,
                       count(*) filter (where choice <> 0 and state > 99) - count(*) filter (where previous <> 0 and state > 99) as void,
                       count(*) filter (where stored is null and not held and flags & 1 > 0) as nets,
                       sum(case when held then 2 else 1 end) as changes
                  from asked where id is not null group by tool) d
         where t.tool = d.tool
        returning t.tool, t.ship, t.skip, t.held, t.void, t.networks, t.version
    )
    select a.seqs, a.ats, a.ids, a.marks, a.salts, a.states, t.moved, t.ships, t.skips, t.helds, t.voids, t.nets, t.versions
      into seqs, ats, ids, marks, salts, states, moved, ships, skips, helds, voids, nets, versions
      from (select array_agg(case when id is not null then seq + 1 else seq end order by place) as seqs,
                   array_agg(case when id is not null then moved_at else at end order by place) as ats,
                   array_agg(coalesce(id, entry) order by place) as ids,
                   array_agg(mark order by place) as marks,
                   array_agg(salt order by place) as salts,
                   array_agg(case when held then 1::smallint else state end order by place) as states from asked) a,
           (select array_agg(tool) as moved, array_agg(ship) as ships, array_agg(skip) as skips, array_agg(held) as helds, array_agg(void) as voids, array_agg(networks) as nets, array_agg(version) as versions from standing) t;
end $$;

-- The release before goes on calling this during an upgrade; it knows no gate, and a vote that is held stays so.
create or replace function cast_marked_votes(
    p_tools text[], p_voters bytea, p_marks bytea, p_salts bytea, p_choices smallint[], p_begun text[],
    out seqs bigint[], out ats bigint[], out ids bigint[], out marks bytea[], out salts bytea[],
    out moved text[], out ships bigint[], out skips bigint[], out versions bigint[], out moved_at bigint)
language sql as $$
    select c.seqs, c.ats, c.ids, c.marks, c.salts, c.moved, c.ships, c.skips, c.versions, c.moved_at
      from cast_gated_votes(p_tools, p_voters, p_marks, p_salts, p_choices, array_fill(0::smallint, array[cardinality(p_tools)]), array_fill(null::bytea, array[cardinality(p_tools)]),
                            array_fill(0::smallint, array[cardinality(p_tools)]), p_begun) c;
$$;

-- As before, for votes with a state; what is kept of their networks goes with the votes.
alter table due_withdrawals add column state smallint not null default 0;

drop function erase_voters(bytea[], bigint);
drop function withdraw_due(bigint);

create function withdraw_due(p_most bigint)
returns table (tool text, ship bigint, skip bigint, version bigint, at bigint, held bigint, void bigint, networks bigint)
language plpgsql
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    head  bigint;
    stamp bigint;
begin
    -- Asked before the lock: mostly nothing is due.
    if not exists (select from due_withdrawals d where d.due_at <= (extract(epoch from clock_timestamp()) * 1000000)::bigint) then
        return;
    end if;

    -- The lock of cast_gated_votes, for the same reasons. Of two replicas that find the same rows due, the second sees here that they are gone.
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into head, stamp from ledger_head for update;

    return query
    with due as (
        delete from due_withdrawals d
         where d.ctid in (select n.ctid from due_withdrawals n where n.due_at <= stamp order by n.due_at limit p_most)
        returning d.mark, d.tool, d.choice, d.seq, d.state
    ), logged as (
        -- By mark, which is random.
        insert into entries (id, tool, pseudonym, choice, previous, seq, at, kind)
        select head + row_number() over (order by d.mark), d.tool, d.mark, 0::smallint, d.choice, d.seq, stamp, case when d.state = 0 then 0 else 4 end from due d
        returning id
    ), counted as (
        update ledger_head set last_id = head + c.changes, last_at = stamp from (select count(*) as changes from logged) c where c.changes > 0
    )
    update totals t
       set ship = t.ship - d.ship, skip = t.skip - d.skip, held = t.held - d.held, void = t.void - d.void, version = t.version + d.changes, at = stamp
      from (select due.tool,
                   count(*) filter (where due.choice = 1 and due.state = 0) as ship,
                   count(*) filter (where due.choice = 2 and due.state = 0) as skip,
                   count(*) filter (where due.state between 1 and 99) as held,
                   count(*) filter (where due.state > 99) as void,
                   count(*) as changes
              from due group by due.tool) d
     where t.tool = d.tool
    returning t.tool, t.ship, t.skip, t.version, t.at, t.held, t.void, t.networks;
end $$;

create function erase_voters(p_voters bytea[], p_spread bigint)
returns table (tool text, ship bigint, skip bigint, version bigint, at bigint, held bigint, void bigint, networks bigint)
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
    delete from cohorts c using votes v where v.voter = any (p_voters) and c.tool = v.tool and c.mark = v.pseudonym;

    with gone as (
        delete from votes v where v.voter = any (p_voters) returning v.tool, v.pseudonym, v.choice, v.seq, v.state
    )
    insert into due_withdrawals (mark, tool, choice, seq, state, due_at)
    select g.pseudonym, g.tool, g.choice, g.seq + 1, g.state, stamp + floor(random() * p_spread)::bigint
      from gone g where g.choice <> 0 order by g.pseudonym;

    if p_spread = 0 then
        return query select * from withdraw_due(null);
    end if;
end $$;

-- The release before calls this, and withdraws at once.
create or replace function forget_hashed_voters(p_voters bytea[])
returns table (tool text, ship bigint, skip bigint, version bigint, at bigint)
language sql as $$
    select e.tool, e.ship, e.skip, e.version, e.at from erase_voters(p_voters, 0) e;
$$;

-- Holds (p_kind 1), releases (2) or voids (3) the votes of some voters on a tool, as far as their state allows: a counted vote can be held or made void, a held one released or made void.
-- All in one implicit transaction. Answers how many votes it was, and where the totals stand; null in the totals when none was touched.
create function moderate_votes(
    p_tool text, p_voters bytea[], p_kind smallint, p_reason smallint, p_moderator text, p_note text,
    out touched bigint, out ships bigint, out skips bigint, out helds bigint, out voids bigint, out nets bigint, out versions bigint, out moved_at bigint)
language plpgsql as $$
declare
    head bigint;
    done bigint;
    up   bigint;
    down bigint;
begin
    select last_id, greatest(last_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into head, moved_at from ledger_head for update;
    select coalesce(max(id), 0) + 1 into done from moderations;

    with due as materialized (
        select v.voter, v.pseudonym, v.choice, v.seq, v.entry, v.state, head + row_number() over (order by v.pseudonym) as id
          from unnest(p_voters) as asked(voter)
          join votes v on v.voter = asked.voter and v.tool = p_tool
         where case p_kind when 1 then v.state = 0 when 2 then v.state between 1 and 99 else v.state < 100 end
    ), changed as (
        update votes v set state = case p_kind when 1 then p_reason when 2 then 0 else 100 + p_reason end
          from due d where v.voter = d.voter and v.tool = p_tool
    ), logged as (
        insert into entries (id, tool, pseudonym, choice, previous, seq, at, kind)
        select id, p_tool, pseudonym, case when p_kind = 2 then choice else 0 end, case when p_kind = 2 or state > 0 then 0 else choice end, seq, moved_at, p_kind from due
    ), explained as (
        insert into moderated (entry, vote, reason, moderation) select id, coalesce(entry, 0), p_reason, done from due
    ), counted as (
        update ledger_head set last_id = head + (select count(*) from due), last_at = moved_at where exists (select from due)
    )
    select count(*),
           count(*) filter (where choice = 1 and p_kind = 2) - count(*) filter (where choice = 1 and p_kind <> 2 and state = 0),
           count(*) filter (where choice = 2 and p_kind = 2) - count(*) filter (where choice = 2 and p_kind <> 2 and state = 0),
           count(*) filter (where choice <> 0 and p_kind = 1) - count(*) filter (where choice <> 0 and p_kind <> 1 and state > 0),
           count(*) filter (where choice <> 0 and p_kind = 3)
      into touched, up, down, helds, voids from due;
    if touched = 0 then
        return;
    end if;

    insert into moderations (id, tool, kind, reason, moderator, note, votes, ship, skip, at)
    values (done, p_tool, p_kind, p_reason, p_moderator, p_note, touched, up, down, moved_at);
    update totals t set ship = t.ship + up, skip = t.skip + down, held = t.held + helds, void = t.void + voids, version = t.version + touched, at = moved_at
     where t.tool = p_tool
    returning t.ship, t.skip, t.held, t.void, t.networks, t.version into ships, skips, helds, voids, nets, versions;
end $$;

-- What somebody should look at: at most one open case a tool. errors: hundredths of standard errors.
create table cases (
    id         bigint   primary key,
    tool       text     not null,
    finding    smallint not null,
    errors     bigint   not null,
    opened_at  bigint   not null,
    decided_at bigint
);
create unique index cases_open on cases (tool) where decided_at is null;

-- One row: which replica looks for floods, and until when the others leave it to that one (microseconds since 1970).
create table integrity_head (
    only_row    boolean primary key default true check (only_row),
    owner       text    not null default '',
    owned_until bigint  not null default 0
) with (fillfactor = 10);
insert into integrity_head default values;
