-- The challenges whose answers were taken, by nonce, until they have expired. Unix times in seconds.
create table spent_challenges (
    nonce      blob    primary key,
    expires_at integer not null
) without rowid;
create index spent_challenges_expiry on spent_challenges (expires_at);
