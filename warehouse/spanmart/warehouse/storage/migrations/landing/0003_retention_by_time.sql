-- Retention goes by the time at which a row landed: rows that lost their texts land again, under a new number but
-- with the old time. Nothing has ever written to the table in its first shape.
drop table raw.retention;

create table raw.retention (
    ingest_seq bigint not null,                   -- the commit that it was
    takes varchar not null,                       -- rows: spans and events are gone; texts: only their texts are
    landed_before timestamp not null,             -- UTC; of all that had landed before
    rows_taken bigint not null                    -- deleted; those of `texts` landed again in the same commit
);
