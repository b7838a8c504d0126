with source as (

    select * from {{ source('raw', 'log_events') }}

),

renamed as (

    select
        ingest_seq,
        trace_id,
        span_id,
        coalesce(event_name, attributes['event.name']) as event_name,
        severity,
        body,
        attributes,
        resource_attributes,
        make_timestamp((time_unix_nano // 1000)::bigint) as occurred_at,
        ingested_at

    from source

)

select * from renamed
