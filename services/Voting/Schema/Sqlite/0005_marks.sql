-- What the answer to a vote says beside the choice: the salt that was mixed into the mark (column pseudonym), and the id of the entry that made the vote what it is. Null for
-- votes of a release that did not keep them.
alter table votes add column salt blob;
alter table votes add column entry integer;

-- Entries are only ever added; no release does otherwise.
-- harmless: entries_are_not_changed
-- harmless: entries_are_not_deleted
create trigger entries_are_not_changed before update on entries begin select raise(abort, 'entries is append-only: update is refused'); end;
create trigger entries_are_not_deleted before delete on entries begin select raise(abort, 'entries is append-only: delete is refused'); end;
