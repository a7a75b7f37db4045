-- Tools that were given another slug: the former one leads to the present one for good.
create table moved_tools (
    slug text not null primary key,
    tool text not null references tools (slug)
);

-- 1 while a review says what the sample content says; an editor's words make it 0.
alter table reviews add column sample integer not null default 0;
update reviews set sample = 1 where exists (
    select 1 from edits e where e.kind = 'tool' and e.slug = reviews.tool and e.editor = 'sample' and e.at = reviews.at);
