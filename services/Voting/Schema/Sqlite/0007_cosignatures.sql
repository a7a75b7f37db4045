-- What witnesses signed of the public log: for each the newest, as the line that stands under that text.
create table log_cosignatures (
    witness text primary key,
    text    text not null,
    line    text not null
) without rowid;
