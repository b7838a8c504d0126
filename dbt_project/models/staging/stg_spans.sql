with source as (

    select
        *,
        rowid as ledger_row,
        {{ moment_of('start_time_unix_nano') }} as stated_start,
        {{ moment_of('end_time_unix_nano') }} as stated_end
    from {{ source('raw', 'spans') }}

),

renamed as (

    select
        -- ids
        ledger_row,
        ingest_seq,
        trace_id,
        span_id,
        parent_span_id,

        -- strings
        name as span_name,
        kind as span_kind,
        status_code,
        nullif(status_message, '') as status_message,
        service_name,
        scope_name,
        scope_version,

        -- maps and JSON
        attributes,
        resource_attributes,
        events,

        -- times
        coalesce(stated_start, stated_end, ingested_at) as started_at,
        case
            when stated_start is not null and stated_end is not null and end_time_unix_nano >= start_time_unix_nano
                then (end_time_unix_nano - start_time_unix_nano) / 1e6
        end as duration_ms,
        ingested_at

    from source

)

select * from renamed
