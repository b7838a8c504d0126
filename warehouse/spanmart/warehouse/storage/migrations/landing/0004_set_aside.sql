-- Commits that the marts could not be built with. Their rows stay; the marts are built without them, until models of
-- another version try again. The refresh alone writes here, and forgets what a new version is about to try.
create table raw.set_aside (
    ingest_seq bigint not null,
    set_aside_at timestamp not null,              -- UTC
    project_fingerprint varchar not null,         -- of the models that failed
    error varchar not null                        -- what they said of it
);

-- Why retention could not take what it is to take; empty once it has.
create table raw.retention_failures (
    failed_at timestamp not null,                 -- UTC
    error varchar not null
);
