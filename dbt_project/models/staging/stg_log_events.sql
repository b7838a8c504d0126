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
        attributes,
        resource_attributes,
        time_unix_nano,
        make_timestamp((time_unix_nano // 1000)::bigint) as occurred_at,
        ingested_at

    from source

)

select * from renamed
