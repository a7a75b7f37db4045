-- What Newsletter of the last release says to either database, with values in place of parameters.
insert into requests (id, address, address_key, asked_at) values ('r', 'a@reader.example', 'a@reader.example', 1)

select id, address, address_key as key from requests order by id limit 100

delete from requests where id = 'r'

insert into subscribers (id, address, address_key, status, asked_at) values ('s', 'a@reader.example', 'a@reader.example', 'pending', 1)
on conflict (address_key) do update set asked_at = excluded.asked_at
returning id, status

insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
select 'm', 'confirmation', s.id, null, 'waiting', 0, 1, 1 from subscribers s where s.id = 's'
and (select count(*) from mails m where m.subscriber_id = s.id and m.kind = 'confirmation' and m.created_at > 0) < 3

insert into tokens (hash, purpose, subscriber_id, expires_at) values ('h', 'confirm', 's', 9)

update subscribers set status = 'confirmed', confirmed_at = 2 where status = 'pending' and id = (select t.subscriber_id from tokens t where t.hash = 'h' and t.purpose = 'confirm' and t.expires_at > 2)

insert into weeks (week, outcome, decided_at) values ('2026-w48', 'published', 3) on conflict (week) do nothing

insert into issues (week, title, intro, sections, published_at) values ('2026-w48', 't', 'i', '[]', 3)

insert into mails (id, kind, subscriber_id, week, state, attempts, created_at, next_at)
select '2026-w48' || '-' || id, 'issue', id, '2026-w48', 'waiting', 0, 3, 3 from subscribers where status = 'confirmed'
on conflict (week, subscriber_id) do nothing

update mails set next_at = 5, attempts = attempts + 1 where id = 'm' and state = 'waiting' and next_at = 1

update mails set state = 'sent', next_at = 5 where id = 'm' and next_at = 5 and state in ('waiting', 'handing')

select id, kind, subscriber_id, week, state, attempts, next_at from mails where state in ('waiting', 'handing') and next_at <= 9 order by next_at, id limit 50

select week, title, intro, sections, published_at from issues where week = '2026-w48'

update subscribers set status = 'unsubscribed', address = null, address_key = null where status <> 'unsubscribed' and id = 's'
