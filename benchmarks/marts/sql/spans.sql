-- The arriving calls' spans, as our instrumentation and the collector write them.
insert into landing.raw.spans by name
with filled_in as (

    select
        *,
        -- A form of which some fields were left out and some were left empty.
        if(prompt is null or chance(number, 'title left') < 0.01, null, passages(number, 'title', 1)[:40]) as title,
        case
            when prompt is null or chance(number, 'audience left') < 0.03 then null
            when chance(number, 'audience left') < 0.05 then ''
            else one_of(getvariable('audiences'), chance(number, 'audience'))
        end as audience,
        if(prompt is null or chance(number, 'tone left') < 0.04, null, one_of(getvariable('tones'), chance(number, 'tone'))) as tone,
        case
            when prompt is null then null
            when chance(number, 'goal left') < 0.07 then ''
            else passages(number, 'goal', 1)[:60]
        end as goal,
        passages(number, 'notes', 1 + around(0.8, 0.6, chance(number, 'notes length'))::int) as notes,
        if(embeds, null, answer_to(number)) as answer,
        (20 + around(900, 0.5, chance(number, 'input tokens')))::int as input_tokens,
        if(embeds, null, (5 + around(250, 0.45, chance(number, 'output tokens')))::int) as output_tokens,
        -- Fewer fail in the middle of a stream than before it.
        case
            when not streams or (fails and ending < 0.7) then null
            when fails then 'interrupted'
            when ending between 0.1 and 0.12 then 'abandoned'
            else 'complete'
        end as stream_state,
        case
            when embeds then null
            when ending < 0.03 then 'length'
            when ending < 0.033 then 'content_filter'
            when ending < 0.07 and not wants_json then 'tool_calls'
            else 'stop'
        end as finish_reason
    from arriving

),

said as (

    select
        *,
        fails and stream_state is null as is_unanswered,
        fails or coalesce(stream_state = 'abandoned', false) as is_cut_short,
        ending > 0.997 and not embeds as is_refused,
        concat_ws(chr(10), 'Title: ' || title, 'Audience: ' || audience, 'Tone: ' || tone, 'Goal: ' || goal, notes) as form,
        list_intersect(required, [
            if(coalesce(title, '') = '', 'title', null),
            if(coalesce(audience, '') = '', 'audience', null),
            if(coalesce(tone, '') = '', 'tone', null),
            if(coalesce(goal, '') = '', 'goal', null)
        ]) as missing,
        replace(replace(pattern, '{id}', hex(number, 'error id')), '{number}', (number % 100000)::varchar) as error_message,
        case
            when wants_json and ending between 0.2 and 0.215 then '{"titles": ["' || answer[:60]
            when wants_json then '{"titles": ' || to_json([answer[:60], notes[:60]])::varchar || '}'
            when fails or stream_state = 'abandoned' then answer[:120]
            else answer
        end as reply
    from filled_in

),

answered as (

    select
        *,
        case
            when embeds or is_unanswered then null
            when is_refused then to_json({'type': 'refusal', 'content': reply})
            when finish_reason = 'tool_calls'
                then to_json({
                    'type': 'tool_call',
                    'id': 'call_' || hex(number, 'tool call'),
                    'name': 'find_material',
                    'arguments': {'query': notes[:60], 'limit': number % 20}
                })
            else to_json({'type': 'text', 'content': reply})
        end as part,
        if(wants_json and not is_unanswered and not is_refused, json_valid(reply), null) as is_valid_json
    from said

)

select
    ingest_seq,
    arrived_at as ingested_at,
    hex(number, 'trace') || hex(number, 'rest of the trace') as trace_id,
    hex(number, 'span') as span_id,
    if(chance(number, 'parent') < 0.3, hex(number, 'parent'), null) as parent_span_id,
    operation || ' ' || model as name,
    'CLIENT' as kind,
    (started_us * 1000)::ubigint as start_time_unix_nano,
    1000 * (
        started_us + 1000 * around(if(embeds, 180, 900), 0.4, chance(number, 'duration'))::bigint
        + if(is_cut_short, 0, 9000 * coalesce(output_tokens, 0))
    )::ubigint as end_time_unix_nano,
    if(fails, 'ERROR', 'UNSET') as status_code,
    if(fails, error_message, '') as status_message,
    if(chance(session, 'service') < 0.8, 'training-builder', 'support-desk') as service_name,
    'spanmart.instrumentation' as scope_name,
    '0.1.0' as scope_version,
    map_from_entries([attribute for attribute in [
        {'k': 'spanmart.interaction.type', 'v': interaction_type},
        {'k': 'session.id', 'v': printf('%016x', session)},
        {'k': 'user.id', 'v': 'user-' || pow(getvariable('users'), chance(session, 'user'))::int},
        {'k': 'spanmart.context.audience_id', 'v': (1 + session % 12)::varchar},
        {'k': 'spanmart.context.tone_id', 'v': (1 + session % 5)::varchar},
        {'k': 'spanmart.context.category', 'v': one_of(getvariable('categories'), chance(session, 'category'))},
        {'k': 'spanmart.context.session_type', 'v': one_of(['workshop', 'course', 'talk'], chance(session, 'type'))},
        {'k': 'gen_ai.prompt.variable.title', 'v': title},
        {'k': 'gen_ai.prompt.variable.audience', 'v': audience},
        {'k': 'gen_ai.prompt.variable.tone', 'v': tone},
        {'k': 'gen_ai.prompt.variable.goal', 'v': goal},
        {'k': 'gen_ai.prompt.name', 'v': prompt},
        {'k': 'gen_ai.prompt.version', 'v': if(prompt is null, null, version::varchar)},
        {'k': 'spanmart.prompt.template_hash', 'v': template_hash},
        {'k': 'spanmart.prompt.required_variables', 'v': to_json(required)::varchar},
        {'k': 'spanmart.prompt.missing_variables', 'v': to_json(missing)::varchar},
        {'k': 'gen_ai.input.messages', 'v': to_json([{
            'role': 'user',
            'parts': [{'type': 'text', 'content': if(api = 'responses', form, concat_ws(chr(10), template, form))}]
        }])::varchar},
        {'k': 'gen_ai.system_instructions',
         'v': if(api = 'responses', to_json([{'type': 'text', 'content': template}])::varchar, null)},
        {'k': 'gen_ai.operation.name', 'v': operation},
        {'k': 'gen_ai.provider.name', 'v': 'openai'},
        {'k': 'server.address', 'v': 'api.openai.com'},
        {'k': 'server.port', 'v': '443'},
        {'k': 'gen_ai.request.model', 'v': model},
        {'k': 'gen_ai.request.stream', 'v': if(streams, 'true', null)},
        {'k': 'openai.api.type', 'v': if(embeds, null, api)},
        {'k': 'gen_ai.output.type', 'v': if(wants_json, 'json', null)},
        {'k': 'http.response.status_code', 'v': if(is_unanswered, error_status, 200)::varchar},
        {'k': 'spanmart.response.request_id',
         'v': if(is_unanswered and error_status is null, null, 'req_' || hex(number, 'request'))},
        {'k': 'http.request.resend_count', 'v': if(chance(number, 'retried') < 0.02, '1', null)},
        {'k': 'gen_ai.response.id', 'v': if(embeds or is_unanswered, null, 'resp_' || hex(number, 'response'))},
        {'k': 'gen_ai.response.model', 'v': if(is_unanswered, null, answers_as)},
        {'k': 'openai.response.service_tier', 'v': if(embeds or is_unanswered, null, 'default')},
        {'k': 'gen_ai.usage.input_tokens', 'v': if(is_cut_short, null, input_tokens)::varchar},
        {'k': 'gen_ai.usage.output_tokens', 'v': if(is_cut_short, null, output_tokens)::varchar},
        {'k': 'gen_ai.usage.cache_read.input_tokens',
         'v': if(is_cut_short or embeds, null, if(chance(number, 'cached') < 0.3, input_tokens // 256 * 128, 0))::varchar},
        {'k': 'gen_ai.usage.reasoning.output_tokens',
         'v': if(is_cut_short or embeds, null, if(reasons, output_tokens // 3, 0))::varchar},
        {'k': 'gen_ai.response.finish_reasons', 'v': if(is_cut_short or embeds, null, to_json([finish_reason])::varchar)},
        {'k': 'spanmart.stream.state', 'v': stream_state},
        {'k': 'gen_ai.response.time_to_first_chunk',
         'v': if(stream_state is null, null, round(around(0.4, 0.3, chance(number, 'first chunk')), 6))::varchar},
        {'k': 'spanmart.response.refusal', 'v': if(is_refused and not is_cut_short, reply, null)},
        {'k': 'gen_ai.output.messages', 'v': case
            when part is null then null
            when is_cut_short then to_json([{'role': 'assistant', 'parts': [part]}])::varchar
            else to_json([{'role': 'assistant', 'parts': [part], 'finish_reason': finish_reason}])::varchar
        end},
        {'k': 'spanmart.response.structured_output.valid', 'v': is_valid_json::varchar},
        {'k': 'spanmart.response.structured_output', 'v': if(is_valid_json, reply, null)},
        {'k': 'error.type', 'v': if(fails, error_type, null)},
        {'k': 'spanmart.error.code', 'v': if(fails, error_code, null)}
    ] if attribute.v is not null]) as attributes,
    map {
        'telemetry.sdk.language': 'python',
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.version': '1.39.1',
        'service.instance.id': 'instance-' || session % 4,
        'deployment.environment.name': if(chance(session, 'staging') < 0.05, 'staging', 'production'),
        'service.name': if(chance(session, 'service') < 0.8, 'training-builder', 'support-desk')
    } as resource_attributes,
    if(fails, to_json([{
        'name': 'exception',
        'time_unix_nano': end_time_unix_nano,
        'attributes': {
            'exception.type': error_type,
            'exception.message': concat_ws(' - ', 'Error code: ' || error_status, error_message),
            'exception.stacktrace': replace(getvariable('stack_trace'), '{line}', (number % 1000)::varchar)
                || error_type || ': ' || error_message
        }
    }])::varchar, '[]') as events,
    '[]' as links
from answered
