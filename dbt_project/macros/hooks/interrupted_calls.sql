{#- Calls that a run which broke off may have changed already, by a span or a judgement that this refresh may not bring:
    it may take fewer commits, or leave one aside. They are told anew from what it does bring, and from what was before. -#}
{% macro interrupted_calls() -%}
    {%- set refresh_window = ref('refresh_window') -%}
    {%- set changed = previous_relation('changed_spans', 'refresh') -%}
    {%- set feedback = previous_relation('int_feedback', 'intermediate') -%}
    (
        select
            interaction_id,
            split_part(interaction_id, '-', 1) as trace_id,
            split_part(interaction_id, '-', 2) as span_id,
            max(ingest_seq) as ingest_seq
        from (
            select null::varchar as interaction_id, 0 as ingest_seq where false
            {% if changed %}
            union all
            select interaction_id, ingest_seq from {{ changed }}
            {% endif %}
            {% if feedback %}
            union all
            select interaction_id, ingest_seq from {{ feedback }}
            where ingest_seq > (select from_seq from {{ refresh_window }})
            {% endif %}
        )
        where (select is_retry from {{ refresh_window }})
        group by interaction_id
    )
{%- endmacro %}
