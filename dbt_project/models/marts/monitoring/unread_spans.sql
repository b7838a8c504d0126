{{ config(materialized='view') }}

-- Without the name of the file, for a copy of it may have any.
select
    scope_name,
    attribute_keys,
    count(*) as spans,
    list_sort(list_distinct(list(service_name))) as service_names,
    max(scope_version) as scope_version,
    arg_max(span_name, (started_at, span_id)) as span_name,
    arg_max(trace_id, (started_at, span_id)) as trace_id,
    arg_max(span_id, (started_at, span_id)) as span_id,
    min(started_at) as first_seen_at,
    max(started_at) as last_seen_at

from {{ ref('int_unread_spans').include(database=false) }}
group by scope_name, attribute_keys
