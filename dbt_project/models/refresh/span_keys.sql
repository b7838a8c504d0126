{{
    config(
        materialized='incremental',
        pre_hook="{{ delete_repeated_commits() }}",
    )
}}

-- What must be known of every span that ever landed, call or not, to see what a new one changes. Numbers instead of
-- ids, for each refresh looks through all of them.
with copies as (

    select
        ingest_seq,
        -- A span that has ended tells more than a copy of it that has not.
        arg_max(ledger_row, (duration_ms is not null, ledger_row)) as ledger_row,
        count(*) > 1 as is_doubled
    from {{ ref('stg_spans') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
    group by trace_id, span_id, ingest_seq

),

recognised as (

    select
        spans.*,
        copies.is_doubled,
        {{ dialect() }} as followed
    from copies
    inner join {{ ref('stg_spans') }} as spans using (ledger_row)

),

described as (

    select
        *,
        nullif(followed, 'unread') as dialect,
        case when followed is not null then {{ model_family() }} end as model_family,
        {{ response_id_attribute() }} as response_id,
        {{ has_prompt() }} as has_prompt,
        {{ has_answer() }} as has_answer,
        {{ has_usage() }} as has_usage
    from recognised

)

select
    hash(trace_id) as trace_key,
    {{ span_key('span_id') }} as span_key,
    {{ span_key('parent_span_id') }} as parent_key,
    -- What is no id joins nothing.
    case
        when dialect = 'spanmart' or (dialect is not null and regexp_full_match(response_id, '[^\s{}\[\]",]+'))
            then case when response_id is not null then hash(response_id) end
    end as response_key,
    ingest_seq,
    ingested_at,
    is_doubled,
    duration_ms is not null as is_complete,
    dialect,
    followed is not distinct from 'unread' as is_unread,
    case when dialect is not null then scope_name end as scope_name,
    case when dialect is not null then hash(service_name) end as service_key,
    case when model_family is not null then hash(model_family) end as model_key,
    case when dialect is not null then epoch_ms(started_at) end as started_ms,
    case when dialect is not null then epoch_ms(started_at) + coalesce(ceil(duration_ms), 0)::bigint end as ended_ms,
    case when dialect is not null then {{ synonym_value('output_tokens') }} end as output_tokens,
    dialect is not null and (status_code = 'ERROR' or {{ has_any(['error.type']) }}) as has_failed,
    dialect is not null and has_prompt as has_prompt,
    dialect is not null and has_answer as has_answer,
    dialect is not null and has_usage as has_usage,
    case when dialect is distinct from 'spanmart' then {{ has_context() }} else false end as has_context

from described
