-- What Webhooks of the last release says to either database, with values in place of parameters.
insert into endpoints (id, url, events, keys, created_at, resume_at)
select 'wh', 'https://publisher.example/hooks', '[]', 'sealed', 1, 0 where (select count(*) from endpoints) < 100

update endpoints set former_keys = keys, former_until = 9, keys = 'other' where id = 'wh'

select id, url, events, keys, former_keys as formerkeys, former_until as formeruntil, created_at as createdat, failing_since as failingsince,
disabled_at as disabledat, disabled_reason as disabledreason from endpoints order by created_at, id

insert into deliveries (id, endpoint_id, type, subject, payload, state, attempts, created_at, next_at)
select 'msg', id, 'tool.milestone', 't', '{}', 'waiting', 0, 2, 2 from endpoints where id = 'wh'

select d.endpoint_id from deliveries d join endpoints e on e.id = d.endpoint_id
where d.state in ('waiting', 'sending') and d.next_at <= 3 and e.disabled_at is null and e.resume_at <= 3
group by d.endpoint_id order by min(d.next_at), d.endpoint_id

update deliveries set state = 'sending', next_at = 4, attempts = attempts + 1
where id = 'msg' and state = 'waiting' and next_at = 2 and attempts = 0

update deliveries set state = 'waiting', next_at = 5, attempted_at = 4, status = 500, problem = 'p'
where id = 'msg' and state = 'sending' and next_at = 4 and attempts = 1

update endpoints set failing_since = coalesce(failing_since, 4), resume_at = 5 where id = 'wh'

update endpoints set disabled_at = 4, disabled_reason = 'failing' where id = 'wh' and disabled_at is null and failing_since <= 4

update endpoints set disabled_at = null, disabled_reason = null, failing_since = null, resume_at = 0 where id = 'wh'

select id, state, attempts, status, problem from deliveries where endpoint_id = 'wh'

insert into told (kind, key) values ('comparison', 'a-vs-b') on conflict (kind, key) do nothing

select key from told where kind = 'comparison'

delete from deliveries where state in ('delivered', 'failed') and created_at < 9

delete from endpoints where id = 'wh'

select id from deliveries
