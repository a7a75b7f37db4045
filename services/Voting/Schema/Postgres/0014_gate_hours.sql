-- How many first votes came to the gate, by the hour since 1970, for 28 days. outcome: 0 counted at once, 1 asked for work and not cast, 2 held. bound: which one it met
-- (Quota/NetworkCounts.cs), 0 for none.
create table gate_hours (
    tool    text     not null,
    hour    bigint   not null,
    outcome smallint not null,
    bound   smallint not null,
    votes   bigint   not null,
    primary key (tool, hour, outcome, bound)
);
create index gate_hours_hour on gate_hours (hour);

-- What a tool is used to. The last million entries tell enough, and take a second.
insert into gate_hours (tool, hour, outcome, bound, votes)
select tool, at / 3600000000, 0, 0, count(*)
  from entries where id > (select coalesce(max(id), 0) - 1000000 from entries) and seq = 1 and kind = 0
 group by tool, at / 3600000000;
