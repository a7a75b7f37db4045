-- Rights of the login that serves (services/Hosting/ServingRights.cs).
grant select on voter_hash, ledger_epoch to {serving};
-- Append-only: whoever withdraws or is forgotten gets one more entry.
grant select, insert on entries, moderations, moderated to {serving};
grant select, insert, delete on cohorts, cohort_salts to {serving};
grant select, insert, update on cases to {serving};
grant select, insert, update, delete on gate_hours to {serving};
grant select, update on integrity_head to {serving};
grant select, insert, update, delete on votes to {serving};
grant select, insert, delete on due_withdrawals, log_verified to {serving};
grant select, insert, update on totals, totals_published, tools to {serving};
grant select, update on ledger_head to {serving};
grant select, insert on log_keys to {serving};
grant select, insert, update on log_tiles, log_bundles, log_totals, log_cosignatures to {serving};
grant select, update on log_head to {serving};
grant select, insert, delete on spent_challenges to {serving};
