{{ config(materialized='replaced') }}

-- The spans that tell of a call of this refresh besides the one that counts, and that one among them: few calls have any.
with members as (

    select
        calls.interaction_id as call_id,
        counted.span_key,
        counted.ingest_seq,
        counted.told_rank,
        counted.usage_rank,
        counted.is_context,
        counted.is_alias
    from {{ ref('canonical_calls') }} as counted
    inner join (
        select
            interaction_id,
            {{ span_key('span_id') }} as call_key
        from {{ ref('changed_spans') }}
        where dialect is not null
    ) as calls using (call_key)
    where counted.is_after
    qualify count(*) over (partition by counted.call_key) > 1

),

described as (

    select
        members.*,
        touched.is_doubled,
        touched.dialect,
        coalesce(
            not (touched.has_prompt and touched.has_answer and touched.has_usage)
            and touched.span_key in (select span_key from {{ ref('message_keys') }} where ingested_at >= {{ retention_cutoff() }}),
            false
        ) as has_logged_messages
    from members
    inner join {{ ref('affected_spans') }} as touched using (span_key, ingest_seq)
    where touched.is_after

)

select distinct
    described.call_id,
    spans.trace_id || '-' || spans.span_id as interaction_id,
    spans.trace_id,
    spans.span_id,
    described.ingest_seq,
    described.is_doubled,
    described.dialect,
    described.has_logged_messages,
    described.told_rank,
    described.usage_rank,
    described.is_context,
    described.is_alias

from {{ ref('stg_spans') }} as spans
inner join described
    on spans.ingest_seq = described.ingest_seq and {{ span_key('spans.span_id') }} = described.span_key
