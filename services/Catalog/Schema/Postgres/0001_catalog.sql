-- Times are UTC text of one width (2026-01-31T09:30:00.000Z), amounts are millionths of the currency: both sort and compare alike in
-- SQLite and PostgreSQL, so that one SQL serves the two.

-- One row: its version numbers every edit of anything, and its lock puts edits in one order.
create table catalog (
    id text not null primary key,
    version bigint not null
);

create table categories (
    slug text collate "C" not null primary key,
    name text collate "C" not null
);

create table reviewers (
    slug text collate "C" not null primary key,
    name text not null,
    role text not null,
    position integer not null,
    version bigint not null
);

create table tools (
    slug text collate "C" not null primary key,
    name text not null,
    sort_name text collate "C" not null,
    tagline text not null,
    maker text not null,
    category text collate "C" not null references categories (slug),
    description text not null,
    website text not null,
    pricing text not null,
    entry_label text not null,
    entry_amount bigint not null,
    entry_currency text not null,
    entry_period text,
    search text not null,
    retired integer not null,
    published_at text collate "C" not null,
    updated_at text collate "C" not null,
    version bigint not null,
    published_version bigint not null
);
create index tools_by_category on tools (category, sort_name);
create index tools_unpublished on tools (slug) where version > published_version;

create table plans (
    tool text collate "C" not null references tools (slug),
    position integer not null,
    name text not null,
    amount bigint not null,
    currency text not null,
    period text,
    note text,
    primary key (tool, position)
);

create table reviews (
    tool text collate "C" not null references tools (slug),
    reviewer text collate "C" not null references reviewers (slug),
    verdict text not null check (verdict in ('ship', 'skip')),
    quote text not null,
    at text collate "C" not null,
    primary key (tool, reviewer)
);
create index reviews_by_reviewer on reviews (reviewer);

create table comparisons (
    slug text collate "C" not null primary key,
    a text collate "C" not null references tools (slug),
    b text collate "C" not null references tools (slug),
    summary text not null,
    pricing text not null,
    removed integer not null,
    published_at text collate "C" not null,
    updated_at text collate "C" not null,
    version bigint not null,
    published_version bigint not null,
    check (a < b)
);
create index comparisons_newest on comparisons (published_at, slug);
create index comparisons_by_b on comparisons (b);
create index comparisons_unpublished on comparisons (slug) where version > published_version;

-- Who changed what, when: the whole document before and after. Rows are added, never changed and never deleted.
create table edits (
    id bigint not null primary key,
    at text collate "C" not null,
    editor text not null,
    kind text collate "C" not null,
    slug text collate "C" not null,
    previous text,
    next text
);
create index edits_by_slug on edits (kind, slug, id);

create function edits_keep() returns trigger language plpgsql as $$ begin raise exception 'edits are append-only'; end $$;
create trigger edits_keep before update or delete or truncate on edits execute function edits_keep();

insert into catalog (id, version) values (substr(md5(random()::text || clock_timestamp()::text), 1, 8), 0);
