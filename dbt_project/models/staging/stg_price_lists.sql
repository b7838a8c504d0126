with source as (

    select * from {{ source('prices', 'price_lists') }}

),

renamed as (

    select
        price_list,
        price_list = max(price_list) over () as is_in_force,
        in_force_from,
        lead(in_force_from, 1, 'infinity'::timestamp) over (order by price_list) as in_force_to

    from source

)

select * from renamed
