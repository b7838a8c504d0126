{{ config(materialized='replaced') }}
{%- set interactions = previous_relation('interactions') %}
{%- set refresh_window = ref('refresh_window') %}
-- depends_on: {{ ref('stg_retention') }}

-- Spans of which the marts may have to say something else after this refresh: those that it brings; calls that count
-- now and did not, or did and do not any more; and calls whose messages it brings, or retention took. Keys only: the
-- wide rows are read once, later.
with interrupted as (

    select * from {{ interrupted_calls() }}

),

after as (

    select * from {{ ref('affected_spans') }} where is_after

),

-- Whether a call counts, and whether others tell of it, or tell otherwise.
counted as (

    select
        call_key as span_key,
        bool_or(is_after) as counts,
        bool_or(not is_after) as counted_before,
        bit_xor(hash(span_key, ingest_seq, told_rank, usage_rank, is_context, is_alias, judged_seq)) filter (where is_after)
            is distinct from bit_xor(hash(span_key, ingest_seq, told_rank, usage_rank, is_context, is_alias, judged_seq)) filter (where not is_after)
            as is_told_otherwise
    from {{ ref('canonical_calls') }}
    group by call_key

),

-- Whichever came first, the span or its messages.
logged as (

    select
        span_key,
        bool_or(ingested_at >= {{ retention_cutoff() }}) as are_there,
        bool_or(
            ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
            or ingested_at < {{ retention_cutoff() }}
        ) as have_changed
    from {{ ref('message_keys') }}
    where span_key in (select span_key from after where dialect is not null and not (has_prompt and has_answer and has_usage))
    group by span_key

),

-- Of a call, by any span that tells of it.
retold as (

    select
        counted.call_key as span_key,
        bool_or(logged.have_changed) as have_changed
    from {{ ref('canonical_calls') }} as counted
    inner join logged using (span_key)
    where counted.is_after
    group by counted.call_key

),

changed as (

    select
        after.span_key,
        after.ingest_seq,
        after.is_doubled,
        case when counted.counts then after.dialect end as dialect,
        coalesce(counted.counted_before, false) as is_known,
        coalesce(logged.are_there, false) as has_logged_messages
    from after
    left join counted using (span_key)
    left join logged using (span_key)
    left join retold using (span_key)
    where
        after.ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
        or counted.is_told_otherwise
        or (counted.counts and retold.have_changed)
        or after.span_key in (select {{ span_key() }} from interrupted)

),

arrived as (

    select distinct
        spans.trace_id || '-' || spans.span_id as interaction_id,
        spans.trace_id,
        spans.span_id,
        changed.ingest_seq,
        changed.is_doubled,
        changed.dialect,
        changed.has_logged_messages,
        -- After a broken run some marts hold the new rows already and others do not.
        changed.is_known or (select is_retry from {{ refresh_window }}) as is_known

    from {{ ref('stg_spans') }} as spans
    inner join changed
        on spans.ingest_seq = changed.ingest_seq and {{ span_key('spans.span_id') }} = changed.span_key

)

select * from arrived
{% if interactions %}
union all
-- What retention took is a call no more.
select interaction_id, trace_id, span_id, ingest_seq, false, null, false, true
from {{ interactions }}
where
    rowid in (select rowid from {{ interactions }} where ingested_at < {{ retention_cutoff() }})
    and interaction_id not in (select interaction_id from arrived)
{% endif %}
union all
-- Of a run that broke off, and there no more.
select interaction_id, trace_id, span_id, ingest_seq, false, null, false, true
from interrupted
where
    interaction_id not in (select interaction_id from arrived)
    {% if interactions %}
    and interaction_id not in (
        select interaction_id
        from {{ rows_by_key(interactions, 'select ' ~ interaction_key() ~ ' from interrupted') }}
        where ingested_at < {{ retention_cutoff() }}
    )
    {% endif %}
