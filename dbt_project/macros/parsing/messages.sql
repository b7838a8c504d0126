{#- Messages as the GenAI conventions write them, from JSON text; null where the text is not JSON. -#}
{% macro parse_messages(column) -%}
    from_json(
        try_cast({{ column }} as json),
        '[{"role": "VARCHAR", "finish_reason": "VARCHAR", "parts": [{
            "type": "VARCHAR", "content": "VARCHAR", "name": "VARCHAR", "arguments": "VARCHAR",
            "response": "VARCHAR", "result": "VARCHAR", "modality": "VARCHAR", "mime_type": "VARCHAR", "uri": "VARCHAR"
        }]}]'
    )
{%- endmacro %}

{% macro parse_parts(column) -%}
    from_json(try_cast({{ column }} as json), '[{"type": "VARCHAR", "content": "VARCHAR"}]')
{%- endmacro %}

{#- One part of a message as a person reads it. -#}
{% macro readable_part(part) -%}
    case
        when {{ part }}.type in ('tool_call', 'server_tool_call')
            then coalesce({{ part }}.name, 'tool') || '(' || coalesce({{ part }}.arguments, '') || ')'
        when {{ part }}.type in ('tool_call_response', 'server_tool_call_response')
            then coalesce({{ part }}.response, {{ part }}.result, {{ part }}.content)
        when {{ part }}.type in ('blob', 'file', 'uri')
            then '[' || coalesce({{ part }}.uri, {{ part }}.mime_type, {{ part }}.modality, {{ part }}.type) || ']'
        else {{ part }}.content
    end
{%- endmacro %}

{#- Messages as one text: a heading with the role above each, unless the user's one message is all there is. -#}
{% macro readable_messages(messages, stands_alone) -%}
    array_to_string([
        case
            when len({{ messages }}) = 1 and message.role = 'user' and {{ stands_alone }} then ''
            else coalesce(message.role, 'unknown') || ':' || chr(10)
        end
        || coalesce(array_to_string([{{ readable_part('part') }} for part in message.parts], chr(10)), '')
        for message in {{ messages }}
    ], chr(10) || chr(10))
{%- endmacro %}

{#- The last message of a role that says something, as a list; mostly it is the last of all. What a tool gave back may
    stand in a message of the user's, and is nothing that the user said. -#}
{% macro last_message(messages, role) -%}
    (case
        when {{ messages }}[-1].role = '{{ role }}' and not {{ is_tool_output_alone(messages ~ '[-1]') }} then {{ messages }}[-1:]
        else [
            message for message in {{ messages }} if message.role = '{{ role }}' and not {{ is_tool_output_alone('message') }}
        ][-1:]
    end)
{%- endmacro %}

{% macro is_tool_output_alone(message) -%}
    coalesce(
        {{ message }}.parts[1].type = 'tool_call_response'
        and len([part for part in {{ message }}.parts if part.type is distinct from 'tool_call_response']) = 0,
        false
    )
{%- endmacro %}

{#- The text parts of a list of parts, joined; null where there are none. -#}
{% macro text_of_parts(parts) -%}
    nullif(array_to_string([part.content for part in {{ parts }} if part.type = 'text' or part.type is null], ''), '')
{%- endmacro %}

{#- What was answered, of several choices the first. A streamed answer may be told in pieces, a message each: then only
    the last says why it ends. -#}
{% macro text_of_answer(outputs) -%}
    case
        when
            len({{ outputs }}) > 1 and {{ outputs }}[-1].finish_reason != ''
            and len([message for message in {{ outputs }} if message.finish_reason != '']) = 1
            then {{ text_of_parts("flatten([message.parts for message in " ~ outputs ~ "])") }}
        else {{ text_of_parts(outputs ~ '[1].parts') }}
    end
{%- endmacro %}

{#- How often the provider ran a tool of its own for an answer, as its items say. -#}
{% macro provider_tool_runs(outputs, tool, text) -%}
    case when contains({{ text }}, '{{ tool }}') then nullif(len([
        part for part in flatten([message.parts for message in {{ outputs }}])
        if part.type = '{{ tool }}_call' or (part.type = 'server_tool_call' and starts_with(part.name, '{{ tool }}'))
    ]), 0) end
{%- endmacro %}
