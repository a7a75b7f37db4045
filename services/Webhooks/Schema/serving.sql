-- Rights of the login that serves (services/Hosting/ServingRights.cs).
grant select, insert, update, delete on endpoints, deliveries to {serving};
grant select, insert, update on tools to {serving};
grant select, insert, delete on told to {serving};
