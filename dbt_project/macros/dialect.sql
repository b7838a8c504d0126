{#- Which conventions a span follows, told by what it carries; null for a span that is no LLM call.
    An agent's or a tool's span is not a call: its model calls have spans of their own. -#}
{% macro dialect() -%}
    case
        when spans.attributes['gen_ai.operation.name'] not in ('chat', 'text_completion', 'generate_content', 'embeddings')
            then null
        when spans.attributes['gen_ai.operation.name'] is not null and starts_with(spans.scope_name, 'spanmart.')
            then 'spanmart'
        when spans.attributes['gen_ai.operation.name'] is not null
            then 'gen_ai'
    end
{%- endmacro %}
