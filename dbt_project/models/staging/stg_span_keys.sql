{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ delete_repeated_commits() }}",
    )
}}

-- What must be known of every span that ever landed, call or not, to see what a new one changes. Numbers instead of
-- ids, for each refresh looks through all of them.
with copies as (

    select
        ingest_seq,
        max(ledger_row) as ledger_row,
        count(*) > 1 as is_doubled
    from {{ ref('stg_spans') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})
    group by trace_id, span_id, ingest_seq

),

recognised as (

    select
        spans.*,
        copies.is_doubled,
        {{ dialect() }} as dialect
    from copies
    inner join {{ ref('stg_spans') }} as spans using (ledger_row)

),

described as (

    select
        *,
        {{ stated_response_id() }} as response_id,
        {{ tells_prompt() }} as tells_prompt,
        {{ tells_answer() }} as tells_answer,
        {{ tells_usage() }} as tells_usage
    from recognised

)

select
    hash(trace_id) as trace_key,
    {{ span_key('span_id') }} as span_key,
    {{ span_key('parent_span_id') }} as parent_key,
    case when dialect is not null and response_id is not null then hash(response_id) end as response_key,
    ingest_seq,
    ingested_at,
    is_doubled,
    dialect,
    case when dialect is not null then scope_name end as scope_name,
    dialect is not null and tells_prompt as tells_prompt,
    dialect is not null and tells_answer as tells_answer,
    dialect is not null and tells_usage as tells_usage

from described
