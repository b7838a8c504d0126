-- Answers to calls of this refresh that a later call retrieved, the newest of each: of a response that was begun in the
-- background, or whose stream broke.
with calls as (

    select
        interaction_id,
        {{ span_key('span_id') }} as span_key
    from {{ ref('read_spans') }}
    where has_logged_messages

),

places as (

    select
        calls.interaction_id,
        message_keys.ingest_seq
    from calls
    inner join {{ ref('message_keys') }} as message_keys using (span_key)

)

select
    places.interaction_id,
    map_from_entries(
        list_filter(
            map_entries(spans.attributes),
            lambda entry: regexp_matches(
                entry.key,
                '^(gen_ai\.(response|usage|output)|openai\.response|spanmart\.(response|stream|error)|error|http)\.'
            )
        )
    ) as answer,
    spans.status_code,
    spans.status_message,
    spans.events,
    spans.started_at + to_microseconds((1000 * spans.duration_ms)::bigint) as retrieved_at

from {{ ref('stg_spans') }} as spans
inner join places
    on spans.ingest_seq = places.ingest_seq and spans.attributes['spanmart.interaction.id'] = places.interaction_id
where {{ retrieves_answer() }}
qualify
    row_number() over (
        partition by places.interaction_id order by spans.started_at desc, spans.span_id desc, spans.ledger_row desc
    ) = 1
