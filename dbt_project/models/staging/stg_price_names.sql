with source as (

    select * from {{ source('prices', 'price_names') }}

),

renamed as (

    select
        price_list,
        provider,
        model_used,
        service_tier,
        price_provider,
        price_model,
        price_context

    from source

)

select * from renamed
