{#- What ours puts on its spans, and on others' within an interaction, of a prompt and the context; of very many variables
    the first 1,000. -#}
{% macro told_prompt_and_context() -%}
    {{ attributes_under('gen_ai.prompt.variable.') }} as variables,
    {{ list_attribute('spanmart.prompt.required_variables') }}[:1000] as required_variables,
    {{ list_attribute('spanmart.prompt.missing_variables') }}[:1000] as missing_variables,
    {{ list_attribute('spanmart.prompt.invalid_variables') }}[:1000] as invalid_variables,
    {{ attributes_under('spanmart.context.') }} as context
{%- endmacro %}
