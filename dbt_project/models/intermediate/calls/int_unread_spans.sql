{{
    config(
        materialized='incremental',
        pre_hook="{{ delete_affected_spans() }}",
        post_hook="{{ delete_expired(this) }}",
    )
}}

-- Spans that look like calls of a model and follow no convention that is known here.
select
    spans.ingest_seq,
    spans.ingested_at,
    keys.span_key,
    spans.trace_id,
    spans.span_id,
    spans.scope_name,
    spans.scope_version,
    spans.service_name,
    spans.span_name,
    spans.started_at,
    -- Numbers within keys are places in lists.
    list_sort(list_distinct([
        regexp_replace(key, '\d+', 'N', 'g') for key in map_keys(spans.attributes)[:200]
    ]))[:60] as attribute_keys

from {{ ref('affected_spans') }} as keys
inner join {{ ref('stg_spans') }} as spans
    on keys.ingest_seq = spans.ingest_seq and keys.span_key = {{ span_key('spans.span_id') }}
where keys.is_after and keys.is_unread
qualify
    row_number() over (
        partition by keys.span_key order by spans.duration_ms is not null desc, spans.ledger_row desc
    ) = 1
