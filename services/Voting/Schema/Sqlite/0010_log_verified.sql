-- Votes that their voters' browsers found in the log: the mark, which the log names anyway, and neither voter nor time. A withdrawal takes the row away.
create table log_verified (
    tool text not null,
    mark blob not null,
    primary key (tool, mark)
) without rowid;
