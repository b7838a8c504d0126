with source as (

    select *, rowid as ledger_row from {{ source('raw', 'log_events') }}

),

renamed as (

    select
        ledger_row,
        ingest_seq,
        trace_id,
        span_id,
        coalesce(event_name, attributes['event.name']) as event_name,
        severity,
        body,
        {{ json_of('body') }} as body_json,
        attributes,
        resource_attributes,
        time_unix_nano,
        -- None is later than its arrival: feedback of a clock that goes ahead would beat what comes after it.
        least(coalesce({{ moment_of('time_unix_nano') }}, ingested_at), ingested_at) as occurred_at,
        ingested_at

    from source

)

select * from renamed
