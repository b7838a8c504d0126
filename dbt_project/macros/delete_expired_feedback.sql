{#- Post-hook of `int_feedback`: what retention took out of the ledger is forgotten. -#}
{% macro delete_expired_feedback() -%}
    delete from {{ this }}
    where ingested_at < (select max(landed_before) from {{ ref('stg_retention') }} where takes = 'rows')
{%- endmacro %}
