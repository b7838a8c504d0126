-- The spans that are read in this refresh as calls: those that count, and those that tell more of one.
select
    interaction_id,
    trace_id,
    span_id,
    ingest_seq,
    is_doubled,
    dialect,
    has_logged_messages
from {{ ref('changed_spans') }}
where dialect is not null

union all

select
    interaction_id,
    trace_id,
    span_id,
    ingest_seq,
    is_doubled,
    dialect,
    has_logged_messages
from {{ ref('member_spans') }}
where told_rank between 2 and 999
