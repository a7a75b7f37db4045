-- The challenges whose answers were taken, by nonce, until they have expired on every replica's clock. Unix times in seconds.
create table spent_challenges (
    nonce      bytea  primary key,
    expires_at bigint not null
);
create index spent_challenges_expiry on spent_challenges (expires_at);
