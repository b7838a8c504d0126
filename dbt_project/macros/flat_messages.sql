{#- Messages that are spread over attributes with their number in the key, as `0.message.role` in the map `flat`: JSON
    of each as OpenAI writes it, for `as_messages`. Of OpenInference with `message`, of OpenLLMetry without. -#}
{% macro flat_messages(flat, wrapped) -%}
    {%- set message = "number || '" ~ (".message." if wrapped else ".") ~ "'" -%}
    {%- set call = message ~ " || 'tool_calls.' || call || '" ~ (".tool_call.function." if wrapped else ".") ~ "'" -%}
    {%- set call_id = message ~ " || 'tool_calls.' || call || '" ~ (".tool_call.id" if wrapped else ".id") ~ "'" -%}
    {%- set part = message ~ " || 'contents.' || part || '.message_content.'" -%}
    {%- set function = message ~ " || '" ~ ("function_call_" if wrapped else "function_call.") ~ "'" -%}
    {%- set function_arguments = function ~ " || '" ~ ("arguments_json" if wrapped else "arguments") ~ "'" -%}
    {%- set depth = 3 if wrapped else 2 -%}
    case when cardinality({{ flat }}) > 0 then to_json([
        json_object(
            'role', {{ flat }}[{{ message }} || 'role'],
            'content', case
                when {{ flat }}[{{ message }} || 'content'] is not null then to_json({{ flat }}[{{ message }} || 'content'])
                {%- if wrapped %}
                else to_json([
                    json_object(
                        'type', {{ flat }}[{{ part }} || 'type'],
                        'text', {{ flat }}[{{ part }} || 'text'],
                        'image', {{ flat }}[{{ part }} || 'image.image.url']
                    )
                    for part in {{ numbers_in(flat, message ~ " || 'contents.'", depth + 1) }}
                    -- A call of a tool is told a second time, among the calls.
                    if coalesce({{ flat }}[{{ part }} || 'type'], '') != 'tool_use'
                ])
                {%- endif %}
            end,
            'tool_calls', [
                json_object(
                    'id', {{ flat }}[{{ call_id }}],
                    'name', {{ flat }}[{{ call }} || 'name'],
                    'arguments', {{ flat }}[{{ call }} || 'arguments']
                )
                for call in {{ numbers_in(flat, message ~ " || 'tool_calls.'", depth + 1) }}
            ],
            'function_call', case
                when {{ flat }}[{{ function }} || 'name'] is not null
                    then json_object('name', {{ flat }}[{{ function }} || 'name'], 'arguments', {{ flat }}[{{ function_arguments }}])
            end,
            'tool_call_id', {{ flat }}[{{ message }} || 'tool_call_id'],
            'refusal', {{ flat }}[{{ message }} || 'refusal'],
            'finish_reason', {{ flat }}[{{ message }} || 'finish_reason']
        )
        for number in {{ numbers_in(flat, "''", 1) }}
    ])::varchar end
{%- endmacro %}

{#- The numbers at one place of the keys, in order. -#}
{% macro numbers_in(flat, prefix, place) -%}
    list_sort(list_distinct([
        try_cast(split_part(key, '.', {{ place }}) as integer)
        for key in map_keys({{ flat }}) if starts_with(key, {{ prefix }})
    ]))
{%- endmacro %}
