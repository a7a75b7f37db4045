-- Only adds: the release before goes on working on this schema.

-- A keyed hash of the mailbox, the same for every +tag: what mails per mailbox are counted by. Null once the reader left.
alter table subscribers add column mailbox text null;
create index subscribers_by_mailbox on subscribers (mailbox);

-- 'welcome' makes a mail of kind 'confirmation' one that greets a confirmed reader. Not a kind of its own: the release before
-- drops a confirmation to a confirmed reader, and would send another kind as something it is not.
alter table mails add column variant text null;
create index mails_by_time on mails (created_at);

-- Where an issue could not list everything that was new: since when there is more to tell. Null when it listed all.
alter table issues add column untold_since bigint null;

-- What was told of that time all the same: 'comparison:{slug}' or 'tool:{slug}', and until when.
create table told (
    item text not null primary key,
    until bigint not null
);

-- Mailboxes that want no mail from us, whoever asks for it; keyed hashes only.
create table refusals (
    mailbox text not null primary key,
    refused_at bigint not null
);

-- The key of those hashes, unless Newsletter:MailboxKey holds it outside of the database.
create table keys (
    name text not null primary key,
    value text not null
);
