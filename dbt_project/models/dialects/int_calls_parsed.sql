{#- Its text has the dialects that are there: to plan one of which no span came costs as much as a small refresh. -#}
{{ config(materialized='replaced', relation_type='view') }}
{%- set read, member_spans, context = ref('read_spans'), ref('member_spans'), ref('int_inherited_context') %}
{%- set dialects = {
    'gen_ai': ref('int_calls_genai'),
    'gen_ai_events': ref('int_calls_genai_events'),
    'langfuse': ref('int_calls_langfuse'),
    'logfire': ref('int_calls_logfire'),
    'mlflow': ref('int_calls_mlflow'),
    'openinference': ref('int_calls_openinference'),
    'openllmetry': ref('int_calls_openllmetry'),
    'vercel': ref('int_calls_vercel'),
} %}
{%- set logged = ref('int_logged_messages') %}
{%- set arrived = [[], false, 0] %}
{%- if execute %}
    {%- set arrived = run_query(
        'select list(distinct dialect), bool_or(has_logged_messages), (select count(*) from ' ~ member_spans ~ ') from ' ~ read
    )[0] %}
{%- endif %}

-- The calls of this refresh in all dialects, their JSON parsed. Malformed JSON becomes null, never an error.
with {{ 'told' if arrived[1] else 'calls' }} as (

    select * from {{ ref('int_calls_spanmart') }}
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
            coalesce(nullif(told.system_instructions, ''), logged.system_instructions) as system_instructions,
            coalesce(told.session_id, logged.session_id) as session_id,
            coalesce(told.user_id, logged.user_id) as user_id
        )
    from told
    left join {{ logged }} as logged using (interaction_id)

),
{% endif %}

{{ 'counted_apart' if arrived[2] else 'counted' }} as (

    select * replace ({{ normalise_counts() }}) from calls

),

{% if arrived[2] %}
members as (

    select
        counted_apart.*,
        member_spans.call_id,
        member_spans.told_rank,
        member_spans.usage_rank
    from counted_apart
    inner join {{ member_spans }} as member_spans using (interaction_id)
    where member_spans.told_rank < 1000

    union all by name

    select * from {{ context }}

),

-- One call by several spans.
counted as (

    select * from counted_apart
    where interaction_id not in (select interaction_id from {{ member_spans }} where told_rank < 1000)

    union all by name

    {{ merge_members('members') }}

),
{% endif %}

read as (

    select
        * replace (
            {{ json_of_call('input_messages') }} as input_messages,
            {{ json_of_call('output_messages') }} as output_messages,
            {{ json_of_call('structured_output::varchar') }} as structured_output
        ),
        input_messages as input_text,
        output_messages as output_text,
        {{ json_of_call('system_instructions') }} as instructions_read
    from counted

),

parsed as (

    select
        * exclude (instructions_read),
        {{ parse_messages('input_messages') }} as inputs,
        {{ parse_messages('output_messages') }} as outputs,
        {{ parse_parts('instructions_read') }} as instructions,
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
    * exclude (
        input_text, output_text, system_instructions, instructions, exception, finish_reasons, finish_reason, events,
        uncached_input_tokens, total_tokens, ms_to_first_chunk, span_name
    ) replace (
        -- When it ran, not when it was declared.
        coalesce({{ provider_tool_runs('outputs', 'web_search', 'output_text') }}, web_searches) as web_searches
    ),
    {{ provider_tool_runs('outputs', 'file_search', 'output_text') }} as file_searches,
    {{ provider_tool_runs('outputs', 'code_interpreter', 'output_text') }} as code_interpreter_calls,
    -- Not the conventions' JSON: better shown as it came than not at all.
    case when inputs is null then nullif(input_text, '') end as unparsed_input,
    coalesce({{ text_of_parts('instructions') }}, nullif(system_instructions, '')) as system_instructions,
    {{ text_of_answer('outputs') }} as ai_response,
    coalesce(
        nullif(finish_reasons[1], ''), finish_reason, nullif(outputs[1].finish_reason, ''), nullif(outputs[-1].finish_reason, '')
    ) as finish_reason,
    exception['exception.type'] as exception_type,
    exception['exception.message'] as exception_message,
    exception['exception.stacktrace'] as stack_trace

from parsed
