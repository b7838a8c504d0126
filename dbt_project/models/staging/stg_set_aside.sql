with source as (

    select * from {{ source('raw', 'set_aside') }}

),

renamed as (

    select
        ingest_seq,
        set_aside_at,
        project_fingerprint,
        error as set_aside_because

    from source

)

select * from renamed
