with source as (

    select * from {{ source('raw', 'batches') }}

),

renamed as (

    select
        ingest_seq,
        source,
        received,
        stored,
        rejected,
        bytes,
        committed_at

    from source

)

select * from renamed
