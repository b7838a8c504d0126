-- The ledger: what was acknowledged, as it came. Append-only. No keys and no indexes: they cost ingest and
-- have corrupted files. Nothing but a migration changes these tables' shape.
create schema raw;

create table raw.spans (
    trace_id varchar not null,                    -- 32 hex digits, lower case
    span_id varchar not null,                     -- 16 hex digits, lower case
    parent_span_id varchar,                       -- null: a root span
    name varchar not null,
    kind varchar not null,                        -- UNSPECIFIED, INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER
    start_time_unix_nano ubigint not null,        -- as sent, the whole uint64; subtract as hugeint:
    end_time_unix_nano ubigint not null,          -- an end before its start would overflow
    status_code varchar not null,                 -- UNSET, OK, ERROR
    status_message varchar not null,
    service_name varchar,                         -- the resource's service.name
    scope_name varchar not null,
    scope_version varchar not null,
    attributes map(varchar, varchar) not null,    -- strings verbatim, anything else as JSON text, null: no value
    resource_attributes map(varchar, varchar) not null,
    events json not null,                         -- [{"name", "time_unix_nano", "attributes": {}}]
    links json not null,                          -- [{"trace_id", "span_id", "trace_state", "attributes": {}}]
    ingested_at timestamp not null,               -- UTC
    ingest_seq bigint not null                    -- order of commit; several rows of one batch share it
);

create table raw.log_events (
    time_unix_nano ubigint not null,              -- the event's time, else the time it was observed
    time timestamp generated always as (make_timestamp((time_unix_nano // 1000)::bigint)) virtual, -- UTC
    trace_id varchar,                             -- null: the event belongs to no trace
    span_id varchar,
    event_name varchar,
    severity varchar,                             -- severity_text, else the name of severity_number
    body varchar,                                 -- a string verbatim, anything else as JSON text
    attributes map(varchar, varchar) not null,
    resource_attributes map(varchar, varchar) not null,
    ingested_at timestamp not null,
    ingest_seq bigint not null
);

create table raw.batches (
    ingest_seq bigint not null,                   -- one per batch, growing without gaps in order of commit
    source varchar not null,                      -- otlp_http, otlp_grpc, api, ...
    received bigint not null,                     -- spans or events in the batch: stored + rejected
    stored bigint not null,
    rejected bigint not null,
    bytes bigint not null,                        -- size as sent, after decompression
    committed_at timestamp not null               -- UTC
);
