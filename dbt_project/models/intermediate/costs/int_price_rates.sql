{{ config(materialized='replaced', database='scratch') }}

-- One row per called name, list, period and tier of input size: what one unit more of each usage costs.
{{ rates_of(ref('int_price_models'), ref('stg_price_rates')) }}
