{#- Pre-hook of tables that keep something of every commit: a window may be done again, in other parts or without a commit,
    after a run that broke off. -#}
{% macro delete_repeated_commits() -%}
    {%- set refresh_window = ref('refresh_window') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where ingest_seq > (select from_seq from {{ refresh_window }})
    {%- endif -%}
{%- endmacro %}

{#- Post-hook of what is left of such a run where it cannot be told beforehand. -#}
{% macro delete_unbuilt_commits() -%}
    {%- set refresh_window, batches = ref('refresh_window'), ref('refresh_batches') -%}
    delete from {{ this }}
    where
        ingest_seq > (select from_seq from {{ refresh_window }})
        and ingest_seq not in (select ingest_seq from {{ batches }})
{%- endmacro %}
