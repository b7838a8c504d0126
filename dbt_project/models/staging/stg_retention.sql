with source as (

    select * from {{ source('raw', 'retention') }}

),

renamed as (

    select
        ingest_seq,
        takes,
        landed_before,
        rows_taken

    from source

)

select * from renamed
