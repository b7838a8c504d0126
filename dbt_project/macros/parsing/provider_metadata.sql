{#- What the Vercel AI SDK passes on of a response as the provider has it, whichever provider: its own object within. -#}
{% macro provider_metadata(field) -%}
    json_extract({{ json_attribute('ai.response.providerMetadata') }}, '$.*.{{ field }}')[1]
{%- endmacro %}
