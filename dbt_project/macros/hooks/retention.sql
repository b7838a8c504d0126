{#- What landed before this moment retention has taken out of the ledger. -#}
{% macro retention_cutoff() -%}
    (select coalesce(max(landed_before), '-infinity'::timestamp) from {{ ref('stg_retention') }} where takes = 'rows')
{%- endmacro %}

{#- Hook: forget of a table what retention took. -#}
{% macro delete_expired(table) -%}
    delete from {{ table }} where ingested_at < {{ retention_cutoff() }}
{%- endmacro %}
