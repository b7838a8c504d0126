{#- What a call has of its span, in whatever dialect. -#}
{% macro span_columns(environment='null') -%}
    interaction_id,
    trace_id,
    span_id,
    ingest_seq,
    dialect,
    service_name,
    coalesce(
        {{ environment }},
        {{ text_attribute('deployment.environment.name', 'resource_attributes') }},
        {{ text_attribute('deployment.environment', 'resource_attributes') }}
    ) as environment,
    events,
    ingested_at
{%- endmacro %}
