-- What Voting of the last release says to SQLite, with values in place of parameters.
insert into tools (slug, name, category, retired, version) values ('a', 'A', 'c', 0, 1)
on conflict (slug) do update set name = excluded.name, category = excluded.category, retired = excluded.retired, version = excluded.version
 where version < excluded.version

select slug, name, category, retired, version from tools

insert into votes (voter, tool, pseudonym, choice, seq, at) values (x'80000000000000000000000000000001', 'a', x'0a', 1, 1, 5)

update votes set choice = 2, seq = 2, at = 6 where voter = x'80000000000000000000000000000001' and tool = 'a'

insert into entries (tool, pseudonym, choice, previous, seq, at) values ('a', x'0a', 1, 0, 1, 5)

insert into totals (ship, skip, version, at, tool) values (1, 0, 1, 5, 'a')

update totals set ship = 0, skip = 1, version = 2, at = 6 where tool = 'a'

insert into totals_published (tool, published_version) values ('a', 2)
on conflict (tool) do update set published_version = max(published_version, excluded.published_version)

select pseudonym, choice, seq, at from votes where voter = x'80000000000000000000000000000001' and tool = 'a'

select id, tool, pseudonym, choice, previous, seq, at from entries where id > 0 order by id limit 10

select tool, ship, skip, version, at from totals order by tool

delete from votes where voter = x'80000000000000000000000000000001'
