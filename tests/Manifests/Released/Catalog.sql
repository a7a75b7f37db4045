-- What Catalog of the last release says to either database, with values in place of parameters.
insert into edits (id, at, editor, kind, slug, previous, next) values (1, '2026-01-01T00:00:00.000Z', 'ada', 'tool', 'a', null, '{}')

insert into categories (slug, name) values ('c', 'C') on conflict (slug) do nothing

insert into tools (slug, name, sort_name, tagline, maker, category, description, website, pricing, entry_label, entry_amount, entry_currency,
    entry_period, search, retired, published_at, updated_at, version, published_version)
values ('a', 'A', 'a', 't', 'm', 'c', 'd', 'https://a.example', 'p', 'Free', 0, 'USD', null, 'a', 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1, 0),
       ('b', 'B', 'b', 't', 'm', 'c', 'd', 'https://b.example', 'p', 'Free', 0, 'USD', null, 'b', 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1, 0)
on conflict (slug) do update set name = excluded.name, version = excluded.version

insert into plans (tool, position, name, amount, currency, period, note) values ('a', 0, 'Free', 0, 'USD', null, null)

insert into reviewers (slug, name, role, position, version)
values ('r', 'R', 'Reviewer', (select count(*) from reviewers), 1)
on conflict (slug) do update set name = excluded.name, role = excluded.role, version = reviewers.version + 1

insert into reviews (tool, reviewer, verdict, quote, at) values ('a', 'r', 'ship', 'q', '2026-01-01T00:00:00.000Z')
on conflict (tool, reviewer) do update set verdict = excluded.verdict, quote = excluded.quote, at = excluded.at

insert into comparisons (slug, a, b, summary, pricing, removed, published_at, updated_at, version, published_version)
values ('a-vs-b', 'a', 'b', 's', 'p', 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1, 0)
on conflict (slug) do update set summary = excluded.summary

insert into drafts (kind, slug, document, based_on, editor, saved_at, version) values ('tool', 'a', '{}', 1, 'ada', '2026-01-01T00:00:00.000Z', 1)
on conflict (kind, slug) do update set document = excluded.document

select slug, name, category, retired, version from tools where version > published_version order by slug limit 10

update tools set published_version = 1 where slug = 'a' and published_version < 1

select slug, a, b, removed, published_at, version from comparisons where version > published_version order by slug limit 10

delete from reviews where tool = 'a' and reviewer = 'r'

delete from drafts where kind = 'tool' and slug = 'a'
