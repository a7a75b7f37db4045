-- What editors write before readers see it: at most one draft of a tool or a comparison, as a document that need not be whole yet.
-- based_on is the version that stood when it was begun, 0 for something new; version is the number of the edit that saved it.
create table drafts (
    kind text not null check (kind in ('tool', 'comparison')),
    slug text not null,
    document text not null,
    based_on bigint not null,
    editor text not null,
    saved_at text not null,
    version bigint not null,
    primary key (kind, slug)
);
