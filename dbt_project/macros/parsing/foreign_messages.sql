{#- Messages in other notations (OpenAI's chat and responses, blocks of Anthropic, parts of the Vercel AI SDK, LangChain)
    as the GenAI conventions write them. -#}

{#- JSON text of the messages in a text. Where `are_one` holds they are items of one answer: OpenAI's responses list
    reasoning, text and tool calls one by one. -#}
{% macro convert_messages(text, role, are_one='false') -%}
    [
        case
            when coalesce(sound, '') = '' then null
            -- Prose is one message. It is written at once, for each step of reading makes a copy of it.
            when not regexp_matches(sound, '^\s*[\[{]') or not json_valid(sound)
                then '[{"role":"{{ role }}","parts":[{"type":"text","content":' || to_json(sound) || '}],"finish_reason":null}]'
            else [
                to_json(case
                    when {{ are_one }} or starts_with(sound, '[{"id":"__fake_id__"')
                        then [{
                            'role': '{{ role }}',
                            'parts': flatten([message.parts for message in messages]),
                            'finish_reason': null
                        }]
                    else messages
                end)::varchar
                for messages in [{{ foreign_messages(json_items('sound', role), role) }}]
            ][1]
        end
        for sound in [{{ sound_text('told') }} for told in [{{ text }}]]
    ][1]
{%- endmacro %}

{#- JSON text that everybody reads, where half of a surrogate pair makes it none. -#}
{% macro sound_text(text) -%}
    case
        when contains({{ text }}, '\ud') and not json_valid({{ text }}) then coalesce({{ json_of(text) }}::varchar, {{ text }})
        else {{ text }}
    end
{%- endmacro %}

{#- The messages of a JSON array, or all of the text as one. What is asked may be several texts; an answer that is a list
    of texts is what the model said. -#}
{% macro json_items(text, role) -%}
    case
        -- A response of OpenAI's as a whole.
        when contains({{ text }}, '"response"') and ({{ text }}->>'$[0].object') = 'response'
            then from_json({{ text }}->'$[0].output', '["JSON"]')
        when json_type({{ text }}, '$[0]') in ('OBJECT'{{ ", 'VARCHAR'" if role == 'user' }})
            then from_json({{ text }}, '["JSON"]')
        when json_type({{ text }}) = 'OBJECT' then [{{ text }}::json]
        when json_array_length({{ text }}) = 0 then []
        else [to_json({{ text }})]
    end
{%- endmacro %}

{#- Messages of a list of JSON; `role` is of those that name none. -#}
{% macro foreign_messages(items, role) -%}
    [
        {
            'role': case
                when message.role in ('ai', 'model') then 'assistant'
                when message.role = 'human' then 'user'
                when message.role is null and message.type like '%output' then 'tool'
                else coalesce(message.role, '{{ role }}')
            end,
            'parts': [{{ part_as_convention('part') }} for part in {{ message_parts('message') }}],
            'finish_reason': nullif(message.finish_reason, '')
        }
        for message in [
            struct_insert(
                from_json(
                    {{ inner_message('item') }},
                    '{"role": "VARCHAR", "type": "VARCHAR", "content": "JSON", "parts": "JSON", "text": "JSON", "refusal": "JSON",
                        "reasoning_content": "JSON", "tool_calls": ["JSON"], "function_call": "JSON"}'
                ),
                item := {{ inner_message('item') }},
                finish_reason := case
                    when contains(item, '"finish') then coalesce(item->>'finish_reason', item->>'finishReason')
                end
            )
            for item in {{ items }}
        ]
    ]
{%- endmacro %}

{#- Some put what is said within something else. -#}
{% macro inner_message(item) -%}
    case
        when contains({{ item }}, '"message"') or contains({{ item }}, '"kwargs"')
            then coalesce({{ item }}->'message', {{ item }}->'kwargs', {{ item }})
        else {{ item }}
    end
{%- endmacro %}

{#- What a message consists of, in the order in which a person would read it, each with what it is. -#}
{% macro message_parts(message) -%}
    [
        struct_insert(
            from_json(
                told.body,
                '{"id": "VARCHAR", "call_id": "VARCHAR", "toolCallId": "VARCHAR", "tool_use_id": "VARCHAR",
                    "tool_call_id": "VARCHAR", "toolUseId": "VARCHAR", "name": "VARCHAR", "toolName": "VARCHAR",
                    "function": {"name": "VARCHAR", "arguments": "JSON"}, "arguments": "JSON", "input": "JSON", "args": "JSON",
                    "output": "JSON", "result": "JSON", "response": "JSON", "content": "JSON", "text": "VARCHAR",
                    "thinking": "VARCHAR", "refusal": "VARCHAR", "summary": [{"text": "VARCHAR"}], "image_url": "JSON",
                    "image": "VARCHAR"}'
            ),
            kind := told.kind,
            body := told.body
        )
        for told in list_concat(
            [{'kind': 'reasoning', 'body': {{ message }}.reasoning_content}],
            case
                -- Of OpenAI's responses each item is what elsewhere is a part of a message.
                when {{ message }}.role is null and {{ message }}.type not in ('message', 'human', 'ai', 'system')
                    then [{'kind': {{ message }}.type, 'body': {{ message }}.item}]
                when
                    {{ message }}.role in ('tool', 'function') and coalesce({{ message }}.content->>'$[0].type', '') not like 'tool%'
                    and not coalesce(contains({{ message }}.content->>'$', 'toolResult'), false)
                    then [{'kind': 'tool_result', 'body': {{ message }}.item}]
                else [{{ block_with_kind('block') }} for block in {{ content_blocks(message) }}]
            end,
            [{'kind': 'tool_call', 'body': call} for call in {{ message }}.tool_calls],
            [{'kind': 'tool_call', 'body': {{ message }}.function_call}],
            [{'kind': 'refusal', 'body': {{ message }}.refusal}]
        )
        if told.body not in ('null', '""')
    ]
{%- endmacro %}

{#- A block with its kind; Bedrock and Google tell it by the block's key. -#}
{% macro block_with_kind(block) -%}
    case
        when not starts_with({{ block }}, '{') then {'kind': 'text', 'body': {{ block }}}
        when {{ block }}->>'type' != '' then {'kind': {{ block }}->>'type', 'body': {{ block }}}
        {%- for key, kind in {
            'toolUse': 'tool_call', 'toolResult': 'tool_result', 'functionCall': 'tool_call', 'function_call': 'tool_call',
            'functionResponse': 'tool_result', 'function_response': 'tool_result',
        }.items() %}
        when contains({{ block }}, '"{{ key }}"') and json_type({{ block }}, '$.{{ key }}') = 'OBJECT' then {'kind': '{{ kind }}', 'body': {{ block }}->'{{ key }}'}
        {%- endfor %}
        else {'kind': 'text', 'body': {{ block }}}
    end
{%- endmacro %}

{#- The content of a message: a list of blocks, also as JSON within a string; one text; or JSON that is no message at
    all, and therefore what was said. -#}
{% macro content_blocks(message) -%}
    {%- set content -%}
        coalesce({{ message }}.parts, {{ message }}.content, {{ message }}.text, case when starts_with({{ message }}.item, '"') then {{ message }}.item end)
    {%- endset -%}
    case
        when starts_with({{ content }}, '[') then from_json({{ content }}, '["JSON"]')
        when
            starts_with({{ content }}, '"[')
            and coalesce(
                try_cast({{ content }}->>'$' as json)->'$[0].text', try_cast({{ content }}->>'$' as json)->'$[0].toolUse',
                try_cast({{ content }}->>'$' as json)->'$[0].toolResult'
            ) is not null
            then from_json({{ content }}->>'$', '["JSON"]')
        when starts_with({{ content }}, '"') then [{{ content }}]
        when starts_with({{ content }}, '{') then [to_json({{ content }}::varchar)]
        when
            {{ content }} is null and {{ message }}.role is null and {{ message }}.type is null
            and {{ message }}.refusal is null and {{ message }}.function_call is null and {{ message }}.tool_calls is null
            then [to_json({{ message }}.item::varchar)]
    end
{%- endmacro %}

{#- One part as the conventions have it; of an unknown kind, as it came. -#}
{% macro part_as_convention(part) -%}
    case
        when {{ part }}.kind in ('tool_call', 'tool-call', 'tool_use', 'function_call', 'custom_tool_call', 'mcp_call')
            then json_object(
                'type', 'tool_call',
                'id', coalesce({{ part }}.call_id, {{ part }}.toolCallId, {{ part }}.toolUseId, {{ part }}.id),
                'name', coalesce({{ part }}.function.name, {{ part }}.name, {{ part }}.toolName),
                -- Often JSON within a string.
                'arguments', coalesce(
                    try_cast(coalesce({{ part }}.function.arguments, {{ part }}.arguments, {{ part }}.input, {{ part }}.args)->>'$' as json),
                    {{ part }}.function.arguments, {{ part }}.arguments, {{ part }}.input, {{ part }}.args
                )
            )
        when {{ part }}.kind in ('tool_result', 'tool-result', 'tool_call_response', 'function_call_output', 'custom_tool_call_output')
            then json_object(
                'type', 'tool_call_response',
                'id', coalesce({{ part }}.tool_call_id, {{ part }}.call_id, {{ part }}.toolCallId, {{ part }}.tool_use_id, {{ part }}.toolUseId, {{ part }}.id),
                'response', coalesce({{ part }}.output->'value', {{ part }}.output, {{ part }}.result, {{ part }}.response, {{ part }}.content)
            )
        when {{ part }}.kind in ('image_url', 'input_image', 'image')
            then json_object(
                'type', 'uri', 'modality', 'image', 'uri', coalesce({{ part }}.image_url->>'url', {{ part }}.image_url->>'$', {{ part }}.image)
            )
        when {{ part }}.kind in ('text', 'input_text', 'output_text', 'refusal', 'reasoning', 'thinking')
            then json_object(
                'type', case
                    when {{ part }}.kind in ('input_text', 'output_text') then 'text'
                    when {{ part }}.kind = 'thinking' then 'reasoning'
                    else {{ part }}.kind
                end,
                'content', coalesce(
                    {{ part }}.text, {{ part }}.content->>'$', {{ part }}.thinking, {{ part }}.refusal,
                    array_to_string([said.text for said in {{ part }}.summary], chr(10)),
                    case when starts_with({{ part }}.body, '"') then {{ part }}.body->>'$' end
                )
            )
        else {{ part }}.body
    end
{%- endmacro %}
