{#- Its text has the dialects that are there: to plan one of which no span came costs as much as a small refresh. -#}
{{ config(materialized='replaced', relation_type='view') }}
{%- set changed = ref('stg_changed_spans') %}
{%- set dialects = {
    'gen_ai_events': ref('stg_genai_events'),
    'langfuse': ref('stg_langfuse'),
    'logfire': ref('stg_logfire'),
    'openinference': ref('stg_openinference'),
    'openllmetry': ref('stg_openllmetry'),
    'vercel': ref('stg_vercel'),
} %}
{%- set logged = ref('stg_logged_messages') %}
{%- set arrived = [[], false] %}
{%- if execute %}
    {%- set arrived = run_query('select list(distinct dialect), bool_or(has_logged_messages) from ' ~ changed)[0] %}
{%- endif %}

-- The calls of this refresh in all dialects, their JSON parsed. Malformed JSON becomes null, never an error.
with {{ 'told' if arrived[1] else 'calls' }} as (

    select * from {{ ref('stg_genai') }}
    {% for dialect, calls in dialects.items() if dialect in (arrived[0] or []) %}
    union all by name
    select * from {{ calls }}
    {% endfor %}

),

{% if arrived[1] %}
calls as (

    select
        told.* replace (
            coalesce(nullif(told.input_messages, ''), logged.input_messages) as input_messages,
            coalesce(nullif(told.output_messages, ''), logged.output_messages) as output_messages,
            coalesce(nullif(told.system_instructions, ''), logged.system_instructions) as system_instructions
        )
    from told
    left join {{ logged }} as logged using (interaction_id)

),
{% endif %}

read as (

    select
        * replace (
            {{ json_of('input_messages') }} as input_messages,
            {{ json_of('output_messages') }} as output_messages,
            {{ json_of('structured_output::varchar') }} as structured_output
        ),
        input_messages as input_text,
        {{ json_of('system_instructions') }} as instructions_read
    from calls

),

parsed as (

    select
        * exclude (instructions_read),
        {{ parsed_messages('input_messages') }} as inputs,
        {{ parsed_messages('output_messages') }} as outputs,
        {{ parsed_parts('instructions_read') }} as instructions,
        case when events != '[]' then
            [
                event.attributes for event
                in from_json(events, '[{"name": "VARCHAR", "attributes": {"exception.type": "VARCHAR",
                    "exception.message": "VARCHAR", "exception.stacktrace": "VARCHAR"}}]')
                if event.name = 'exception'
            ][-1]
        end as exception
    from read

)

select
    * exclude (input_text, system_instructions, instructions, exception, finish_reasons, events),
    -- Not the conventions' JSON: better shown as it came than not at all.
    case when inputs is null then nullif(input_text, '') end as unparsed_input,
    coalesce({{ text_of_parts('instructions') }}, nullif(system_instructions, '')) as system_instructions,
    {{ text_of_parts('outputs[1].parts') }} as ai_response,
    coalesce(nullif(finish_reasons[1], ''), nullif(outputs[1].finish_reason, '')) as finish_reason,
    exception['exception.type'] as exception_type,
    exception['exception.message'] as exception_message,
    exception['exception.stacktrace'] as stack_trace

from parsed
