{#- Messages that are spread over attributes with their number in the key, as `0.message.role` in the map `flat`: JSON
    of each as OpenAI writes it, for `convert_messages`. Of OpenInference with `message`, of OpenLLMetry without. -#}
{% macro flat_messages(flat, wrapped) -%}
    {%- set message = "number || '" ~ (".message." if wrapped else ".") ~ "'" -%}
    {%- set call = message ~ " || 'tool_calls.' || call || '" ~ (".tool_call.function." if wrapped else ".") ~ "'" -%}
    {%- set call_id = message ~ " || 'tool_calls.' || call || '" ~ (".tool_call.id" if wrapped else ".id") ~ "'" -%}
    {%- set part = message ~ " || 'contents.' || part || '.message_content.'" -%}
    {%- set function = message ~ " || '" ~ ("function_call_" if wrapped else "function_call.") ~ "'" -%}
    {%- set function_arguments = function ~ " || '" ~ ("arguments_json" if wrapped else "arguments") ~ "'" -%}
    {%- set depth = 3 if wrapped else 2 -%}
    case when cardinality({{ flat }}) > 0 then [
        to_json(list_concat(
            -- Of very many, the newest 1000, and how many are not here.
            case
                when told.left_out > 0
                    then [json_object('role', 'system', 'content', '[' || told.left_out || ' messages left out]')]
            end,
            [
                -- Each is looked for among its own keys: they are few, and all may be very many.
                [
                    json_object(
                        'role', own[{{ message }} || 'role'],
                        'content', case
                            when own[{{ message }} || 'content'] is not null then to_json(own[{{ message }} || 'content'])
                            {%- if wrapped %}
                            else to_json([
                                json_object(
                                    'type', own[{{ part }} || 'type'],
                                    'text', own[{{ part }} || 'text'],
                                    'image', own[{{ part }} || 'image.image.url']
                                )
                                for part in {{ numbers_in('own', message ~ " || 'contents.'", depth + 1) }}[:500]
                                -- A call of a tool is told a second time, among the calls.
                                if coalesce(own[{{ part }} || 'type'], '') != 'tool_use'
                            ])
                            {%- endif %}
                        end,
                        'tool_calls', [
                            json_object(
                                'id', own[{{ call_id }}],
                                'name', own[{{ call }} || 'name'],
                                'arguments', own[{{ call }} || 'arguments']
                            )
                            for call in {{ numbers_in('own', message ~ " || 'tool_calls.'", depth + 1) }}[:500]
                        ],
                        'function_call', case
                            when own[{{ function }} || 'name'] is not null
                                then json_object('name', own[{{ function }} || 'name'], 'arguments', own[{{ function_arguments }}])
                        end,
                        'tool_call_id', own[{{ message }} || 'tool_call_id'],
                        'refusal', own[{{ message }} || 'refusal'],
                        'finish_reason', own[{{ message }} || 'finish_reason']
                    )
                    for own in [map_from_entries(
                        list_filter(told.entries, lambda entry: starts_with(entry.key, number || '.'))
                    )]
                ][1]
                for number in told.numbers
            ]
        ))
        for told in [
            {
                'numbers': found.numbers[-1000:],
                'left_out': len(found.numbers) - 1000,
                'entries': case
                    when cardinality({{ flat }}) <= 4000 then map_entries({{ flat }})
                    else list_filter(
                        map_entries({{ flat }}),
                        lambda entry: try_cast(split_part(entry.key, '.', 1) as integer) >= found.oldest
                    )[-4000:]
                end
            }
            for found in [
                {'numbers': numbers, 'oldest': numbers[-1000:][1]} for numbers in [{{ numbers_in(flat, "''", 1) }}]
            ]
        ]
    ][1]::varchar end
{%- endmacro %}

{#- The numbers at one place of the keys, in order. -#}
{% macro numbers_in(flat, prefix, place) -%}
    list_sort(list_distinct([
        try_cast(split_part(key, '.', {{ place }}) as integer)
        for key in map_keys({{ flat }}) if starts_with(key, {{ prefix }})
    ]))
{%- endmacro %}
