-- Rights of the login that serves (services/Hosting/ServingRights.cs).
grant select, update on catalog to {serving};
grant select, insert on categories, moved_tools to {serving};
-- Append-only.
grant select, insert on edits to {serving};
grant select, insert, update on tools, reviewers, comparisons to {serving};
grant select, insert, delete on plans to {serving};
grant select, insert, update, delete on reviews, drafts to {serving};
