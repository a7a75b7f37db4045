-- For PostgreSQL and SQLite alike. Times are Unix milliseconds.

-- Signing keys are sealed with Webhooks:SecretKeys, which the database never holds.
create table endpoints (
    id text not null primary key,
    url text not null,
    events text not null,
    keys text not null,
    former_keys text null,
    former_until bigint null,
    created_at bigint not null,
    -- When the failures began that no success has ended; null while it works.
    failing_since bigint null,
    -- Nothing is sent before: a receiver that fails, or asks for a pause, is not sent everything at once.
    resume_at bigint not null,
    disabled_at bigint null,
    disabled_reason text null check (disabled_reason in ('gone', 'failing'))
);

-- Written in the transaction that changes what they tell of. While it is 'sending', next_at is the end of the sender's lease.
create table deliveries (
    id text not null primary key,
    endpoint_id text not null references endpoints (id) on delete cascade,
    type text not null,
    subject text not null,
    payload text not null,
    state text not null check (state in ('waiting', 'sending', 'delivered', 'failed')),
    attempts bigint not null,
    created_at bigint not null,
    next_at bigint not null,
    attempted_at bigint null,
    status bigint null,
    problem text null
);
create index deliveries_due on deliveries (endpoint_id, next_at) where state in ('waiting', 'sending');
create index deliveries_of_endpoint on deliveries (endpoint_id, id);
create index deliveries_done on deliveries (created_at) where state in ('delivered', 'failed');

-- What has been told of each tool. A change is written only over the revision it was judged by, so one of several replicas tells it.
create table tools (
    slug text not null primary key,
    name text not null,
    catalog_version bigint not null,
    prices text not null,
    reviews text not null,
    panel_ship bigint not null,
    panel_skip bigint not null,
    epoch bigint not null,
    version bigint not null,
    -- The highest number of votes so far: a milestone is reached once.
    peak bigint not null,
    -- The side that the interval was on when it last excluded one half.
    side text null check (side in ('ship', 'skip')),
    disagrees bigint not null,
    revision bigint not null
);

-- Comparisons and issues that have been told, by slug and by week.
create table told (
    kind text not null,
    key text not null,
    primary key (kind, key)
);
