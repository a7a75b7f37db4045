-- Rights of the login that serves (services/Hosting/ServingRights.cs).
grant select, insert on weeks, issues, refusals, keys to {serving};
grant select, insert, delete on requests, tokens to {serving};
grant select, insert, update, delete on subscribers, mails, told to {serving};
