-- Messages of calls of this refresh that arrived as log events. A request that was sent again may have brought an event
-- twice.
with spans as (

    select
        interaction_id,
        trace_id,
        span_id,
        {{ span_key('span_id') }} as span_key
    from {{ ref('read_spans') }}
    where has_logged_messages

),

places as (

    select
        spans.*,
        message_keys.ingest_seq
    from spans
    inner join {{ ref('message_keys') }} as message_keys using (span_key)

),

events as (

    select
        places.interaction_id,
        logged.event_name as name,
        logged.time_unix_nano,
        logged.ingest_seq,
        logged.ledger_row,
        {{ first_text(['session.id', 'gen_ai.conversation.id'], 'logged.attributes') }} as session_id,
        {{ first_text(['user.id', 'enduser.id'], 'logged.attributes') }} as user_id,
        -- The body, the attribute that some have instead, a body that is only text, or the attributes themselves.
        coalesce(
            case when json_type(logged.body_json) = 'OBJECT' then logged.body_json end,
            {{ json_of("logged.attributes['gen_ai.event.content']") }},
            case when logged.body != '' then json_object('content', logged.body) end,
            to_json(logged.attributes)
        ) as body
    from {{ ref('stg_log_events') }} as logged
    inner join places using (ingest_seq, trace_id, span_id)
    where {{ is_message_event() }}
    qualify
        logged.ingest_seq = min(logged.ingest_seq) over (
            partition by places.interaction_id, logged.event_name, logged.time_unix_nano, logged.body, logged.attributes
        )

),

calls as (

    select
        interaction_id,
        list({'name': name, 'body': body} order by time_unix_nano, ingest_seq, ledger_row) as message_events,
        arg_min(session_id, (time_unix_nano, ingest_seq, ledger_row)) as session_id,
        arg_min(user_id, (time_unix_nano, ingest_seq, ledger_row)) as user_id
    from events
    group by interaction_id

),

told as (

    select
        interaction_id,
        session_id,
        user_id,
        {{ input_of_events('message_events') }} as input,
        {{ output_of_events('message_events') }} as output,
        {{ event_value(
            'message_events', 'gen_ai.client.inference.operation.details', 'gen_ai.system_instructions'
        ) }} as system_instructions
    from calls

)

select
    interaction_id,
    {{ convert_messages('input', 'user') }} as input_messages,
    {{ convert_messages('output', 'assistant') }} as output_messages,
    system_instructions,
    session_id,
    user_id

from told
