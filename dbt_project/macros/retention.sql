{#- What landed before this moment retention has taken out of the ledger. -#}
{% macro taken_before() -%}
    (select coalesce(max(landed_before), '-infinity'::timestamp) from {{ ref('stg_retention') }} where takes = 'rows')
{%- endmacro %}

{#- Hook: forget of a table what retention took. -#}
{% macro delete_taken(table) -%}
    delete from {{ table }} where ingested_at < {{ taken_before() }}
{%- endmacro %}
