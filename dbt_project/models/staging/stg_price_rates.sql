with source as (

    select * from {{ source('prices', 'price_rates') }}

),

renamed as (

    select
        price_list,
        provider,
        model,
        price_context,
        valid_from,
        valid_to,
        time_from,
        time_to,
        input_tokens_above,
        input_tokens_upto,
        usage_key,
        usd_per_unit

    from source

)

select * from renamed
