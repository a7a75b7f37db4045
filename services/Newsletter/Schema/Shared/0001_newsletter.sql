-- "if not exists": databases made while this text lay in two files, one for each kind of database, know it by another name.
-- For PostgreSQL and SQLite alike. Times are Unix milliseconds.

-- What was asked and not yet looked at. Every ask is one such row, known address or not; its id grows with time.
-- A queue that is empty a moment later; where an older one with ids of another type is found, it is made anew.
drop table if exists requests;
create table requests (
    id text not null primary key,
    address text not null,
    address_key text not null,
    asked_at bigint not null
);

-- An unsubscribed reader's address is forgotten: address and address_key become null.
create table if not exists subscribers (
    id text primary key,
    address text null,
    address_key text null unique,
    status text not null check (status in ('pending', 'confirmed', 'unsubscribed')),
    asked_at bigint not null,
    confirmed_at bigint null
);
create index if not exists subscribers_by_status on subscribers (status, asked_at);

-- 'none' keeps the week of an issue that had nothing to say.
create table if not exists weeks (
    week text primary key,
    outcome text not null check (outcome in ('published', 'none')),
    decided_at bigint not null
);

create table if not exists issues (
    week text primary key references weeks (week),
    title text not null,
    intro text not null,
    sections text not null,
    published_at bigint not null
);

-- The outbox. The unique pair makes one issue reach one subscriber once; confirmations have no week and are not bound by it.
create table if not exists mails (
    id text primary key,
    kind text not null check (kind in ('confirmation', 'issue')),
    subscriber_id text not null references subscribers (id),
    week text null references issues (week),
    state text not null check (state in ('waiting', 'handing', 'sent', 'failed', 'undecided', 'dropped')),
    attempts bigint not null,
    created_at bigint not null,
    next_at bigint not null,
    unique (week, subscriber_id)
);
create index if not exists mails_due on mails (next_at) where state in ('waiting', 'handing');
create index if not exists mails_of_subscriber on mails (subscriber_id, kind, created_at);

-- Only the SHA-256 of a token is kept.
create table if not exists tokens (
    hash text primary key,
    purpose text not null check (purpose in ('confirm', 'unsubscribe')),
    subscriber_id text not null references subscribers (id),
    expires_at bigint null
);
create index if not exists tokens_of_subscriber on tokens (subscriber_id);
