{#- What tells which spans are of one exchange with a model, besides nesting and response ids. -#}

{#- The model asked for, without a seller before it and the day of its snapshot after it. -#}
{% macro model_family() -%}
    [
        case
            when contains(name, '/') or contains(name, '-20') or contains(name, '@20')
                then regexp_replace(name, '^.*/|[-@](\d{4}-\d{2}-\d{2}|\d{8})$', '', 'g')
            else name
        end
        for name in [lower(coalesce(
            {{ first_text([
                'gen_ai.request.model', 'llm.request.model_name', 'llm.request.model', 'ai.model.id', 'gen_ai.response.model',
                'llm.model_name', 'embedding.model_name', 'langfuse.observation.model.name',
            ]) }},
            trim(attributes['mlflow.llm.model'], '"'),
            {{ json_attribute('llm.invocation_parameters') }}->>'model'
        ))]
    ][1]
{%- endmacro %}

{#- Whether a span has something of what calls within it inherit. -#}
{% macro has_context() -%}
    {%- set keys = [] -%}
    {%- for column in ['session_id', 'user_id', 'prompt_name', 'interaction_type'] -%}
        {%- set names = synonyms()[column] -%}
        {%- for key in names.ours + names.others + names.get('quoted', []) -%}{%- do keys.append(key) -%}{%- endfor -%}
    {%- endfor -%}
    {{ has_any(keys + ['metadata', 'langfuse.trace.tags', 'tag.tags']) }}
{%- endmacro %}

{#- Milliseconds by which a span may end after the one around it: clocks are read in turn. -#}
{% macro clock_tolerance_ms() -%} 2 {%- endmacro %}

{#- A framework's span begins that long before the client's within it at most. -#}
{% macro longest_lead_ms() -%} 10000 {%- endmacro %}

{#- Spans of one response in traces of their own begin within this time. -#}
{% macro longest_response_ms() -%} 600000 {%- endmacro %}
