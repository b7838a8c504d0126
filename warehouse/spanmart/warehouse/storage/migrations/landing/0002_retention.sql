-- What has been taken out of the ledger since: one row each time that retention took something.
create table raw.retention (
    applied_at timestamp not null,                -- UTC
    takes varchar not null,                       -- rows: spans and events are gone; texts: only their texts are
    upto_seq bigint not null                      -- of this commit and all before it; raw.batches keeps their counts
);
