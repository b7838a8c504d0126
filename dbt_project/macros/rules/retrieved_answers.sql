{#- A call that retrieved a response, begun by a call that is known, which had come to its end by then. -#}
{% macro retrieves_answer() -%}
    span_name = 'responses.retrieve'
    and starts_with(scope_name, 'spanmart.')
    and attributes['spanmart.interaction.id'] is not null
    and attributes['gen_ai.response.status'] in ('completed', 'incomplete', 'failed', 'cancelled')
{%- endmacro %}
