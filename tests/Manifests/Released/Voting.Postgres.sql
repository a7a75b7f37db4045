-- What Voting of the last release says to PostgreSQL, with values in place of parameters.
insert into tools as t (slug, name, category, retired, version)
select * from (select distinct on (slug) * from unnest(array['a', 'b'], array['A', 'B'], array['c', 'c'], array[false, true], array[1, 2]::bigint[]) as n(slug, name, category, retired, version) order by slug, version desc) n
on conflict (slug) do update set name = excluded.name, category = excluded.category, retired = excluded.retired, version = excluded.version
 where t.version < excluded.version

select slug, name, category, retired, version from tools

select seqs, moved, ships, skips, versions from cast_hashed_votes(array['a', 'a'], '\x8000000000000000000000000000000180000000000000000000000000000002', '\x0000000000000000000000000000000a0000000000000000000000000000000b', array[1, 2]::smallint[], array['a'])

select seqs, moved, ships, skips, versions from cast_hashed_votes(array['a'], '\x80000000000000000000000000000001', '\x0000000000000000000000000000000c', array[2]::smallint[], array[]::text[])

select tool, choice, seq from votes where voter = '\x80000000000000000000000000000001' order by at desc, tool

select id, tool, pseudonym, choice, previous, seq from entries where id > 0 order by id limit 10

select tool, ship, skip, version from totals order by tool

select mark_published(array['a'], array[2]::bigint[])

select t.tool, t.ship, t.skip, t.version
  from totals t left join totals_published p on p.tool = t.tool
 where t.version > coalesce(p.published_version, 0) and t.at <= 9000000000000000
 order by t.at limit 10

select tool, ship, skip, version from forget_hashed_voters(array['\x80000000000000000000000000000001'::bytea])

select count(*) from entries
