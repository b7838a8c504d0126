{#- Messages as events, one each, of the conventions before messages were attributes: as one text for `convert_messages`.
    `events` is a list of structs of an event's name and its body. -#}
{% macro input_of_events(events) -%}
    coalesce(
        {{ event_value(events, 'gen_ai.client.inference.operation.details', 'gen_ai.input.messages') }},
        nullif(to_json([
            json_merge_patch(json_object('role', split_part(event.name, '.', 2)), event.body)
            for event in {{ events }} if event.name like 'gen_ai.%.message'
        ])::varchar, '[]'),
        {{ event_value(events, 'gen_ai.content.prompt', 'gen_ai.prompt') }}
    )
{%- endmacro %}

{% macro output_of_events(events) -%}
    coalesce(
        {{ event_value(events, 'gen_ai.client.inference.operation.details', 'gen_ai.output.messages') }},
        nullif(to_json([event.body for event in {{ events }} if event.name = 'gen_ai.choice'])::varchar, '[]'),
        {{ event_value(events, 'gen_ai.content.completion', 'gen_ai.completion') }}
    )
{%- endmacro %}

{#- A value of the first event of that name. -#}
{% macro event_value(events, name, key) -%}
    [event.body->>'{{ key }}' for event in {{ events }} if event.name = '{{ name }}'][1]
{%- endmacro %}

{#- Events of a span. Some put the body into one attribute, as JSON. -#}
{% macro events_of_span() -%}
    [
        {
            'name': event.name,
            'body': coalesce(
                [{{ json_of('content') }} for content in [event.attributes->>'gen_ai.event.content']][1], event.attributes
            )
        }
        for event in from_json(
            case when contains(events, '"gen_ai.') then {{ json_of('events') }} end, '[{"name": "VARCHAR", "attributes": "JSON"}]'
        )
    ]
{%- endmacro %}

{#- Events in an attribute, where what the assistant said after everybody else is the answer. -#}
{% macro events_in_attribute() -%}
    [
        list_transform(told.said, lambda event, place: {
            'name': case when place > told.last_question then 'gen_ai.choice' else event.name end,
            'body': event.body
        })
        for told in [
            {
                'said': said,
                'last_question': coalesce(list_max(list_transform(
                    said, lambda event, place: case when event.name != 'gen_ai.assistant.message' then place end
                )), 0)
            }
            for said in [[
                {'name': event->>'event.name', 'body': event}
                for event in from_json({{ json_of("attributes['events']") }}, '["JSON"]')
            ]]
        ]
    ][1]
{%- endmacro %}

{#- Log events that carry messages of a call. -#}
{% macro is_message_event() -%}
    (
        event_name in (
            'gen_ai.system.message', 'gen_ai.user.message', 'gen_ai.assistant.message', 'gen_ai.tool.message',
            'gen_ai.choice', 'gen_ai.client.inference.operation.details',
            'gen_ai.content.prompt', 'gen_ai.content.completion'
        )
        and trace_id is not null
        and span_id is not null
    )
{%- endmacro %}
