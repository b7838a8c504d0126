{#- Messages that stand in an attribute as the conventions write them; an empty list says nothing, and what has no parts
    is in another notation. -#}
{% macro message_attribute(key, role) -%}
    case
        when attributes['{{ key }}'] in ('', '[]') then null
        when dialect = 'spanmart' or contains(attributes['{{ key }}'], '"parts"') then {{ sound_text("attributes['" ~ key ~ "']") }}
        else {{ convert_messages("attributes['" ~ key ~ "']", role) }}
    end
{%- endmacro %}

{#- What was embedded, as the Vercel AI SDK has it: each value is JSON within a text. -#}
{% macro embedded_values() -%}
    case
        when attributes['ai.values'] is not null
            then to_json([
                coalesce(try_cast(value as json)->>'$', value) for value in {{ list_attribute('ai.values') }}
            ])::varchar
        when attributes['ai.value'] is not null then {{ json_attribute('ai.value') }}->>'$'
    end
{%- endmacro %}

{#- Of two places that tell the same messages the first, unless it leaves open what was said and the other does not. -#}
{% macro richer_messages(first, second) -%}
    case
        when {{ second }} is not null and not coalesce(regexp_matches({{ first }}, {{ content_pattern() }}), false) then {{ second }}
        else coalesce({{ first }}, {{ second }})
    end
{%- endmacro %}

{% macro content_pattern() -%}
    $$"(content|text|name|arguments|response|result|uri|data)": ?[^n\]]$$
{%- endmacro %}
