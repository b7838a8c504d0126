-- The feedback that the deliveries of this piece bring: on a quarter of the answers, mostly soon after
-- the call, sometimes a week later.
insert into landing.raw.log_events by name
with bringing as (

    select
        ingest_seq,
        turn,
        arrived_at
    from deliveries
    where brings_feedback and ingest_seq between getvariable('from_seq') and getvariable('upto_seq')

),

judged as (

    select
        number,
        number + pow(getvariable('calls') / 50, chance(number, 'delay'))::bigint as judged_before_call,
        chance(number, 'judgement') as judgement
    from range(
        greatest(0, (select min(turn) from bringing) * 8 * getvariable('spans_a_request') - getvariable('calls') // 50 - 1)::bigint,
        least((select max(turn) + 1 from bringing) * 8 * getvariable('spans_a_request'), getvariable('calls'))::bigint
    ) as numbers(number)
    -- Not on embeddings, which are the last of the uses.
    where chance(number, 'is judged') < 0.25 and chance(number, 'use') < 0.95

),

labelled as (

    select
        judged.number,
        bringing.ingest_seq,
        bringing.arrived_at,
        hex(number, 'trace') || hex(number, 'rest of the trace') as trace_id,
        hex(number, 'span') as span_id,
        case when judgement < 0.62 then 'accepted' when judgement < 0.8 then 'rejected' else 'modified' end as label
    from judged
    inner join bringing on bringing.turn = judged.judged_before_call // (8 * getvariable('spans_a_request'))

)

select
    ingest_seq,
    arrived_at as ingested_at,
    trace_id,
    span_id,
    'gen_ai.evaluation.result' as event_name,
    'INFO' as severity,
    null as body,
    1000 * (epoch_us(arrived_at) - 1 - number % 30000000)::ubigint as time_unix_nano,
    map_from_entries([attribute for attribute in [
        {'k': 'gen_ai.evaluation.name', 'v': 'user_feedback'},
        {'k': 'gen_ai.evaluation.score.label', 'v': label},
        {'k': 'gen_ai.evaluation.score.value', 'v': if(
            chance(number, 'score') < 0.3,
            null,
            least(100, round(around(if(label = 'rejected', 30, 75), 0.15, chance(number, 'score'))))
        )::varchar},
        {'k': 'gen_ai.evaluation.explanation', 'v': if(chance(number, 'comment') < 0.15, passages(number, 'comment', 1), null)},
        {'k': 'spanmart.feedback.final_text',
         'v': if(label = 'modified' and chance(number, 'kept') < 0.6, answer_to(number)[40:] || passages(number, 'edit', 1), null)},
        {'k': 'spanmart.interaction.id', 'v': trace_id || '-' || span_id}
    ] if attribute.v is not null]) as attributes,
    map {'service.name': 'training-builder', 'deployment.environment.name': 'production'} as resource_attributes
from labelled
order by ingest_seq
