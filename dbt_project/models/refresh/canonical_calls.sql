{{ config(materialized='replaced') }}

-- The calls that count, before and after this refresh, and the spans that tell of each. Where several spans describe one
-- exchange with a model, one counts and the others fill in what it leaves open: a call span around others, spans of
-- several instrumentations with one response id, and side by side the client's span within the time of a framework's.
-- Spans above a call that are none themselves give it their context.
with recursive judged as (

    select
        moments.is_after,
        span_key,
        max(ingest_seq) as judged_seq
    from {{ ref('feedback_keys') }}
    cross join (values (false), (true)) as moments (is_after)
    where
        span_key in (select span_key from {{ ref('affected_spans') }})
        and case
            when moments.is_after then ingested_at >= {{ retention_cutoff() }}
            else ingest_seq <= (select from_seq from {{ ref('refresh_window') }})
        end
    group by moments.is_after, span_key

),

spans as (

    select
        touched.*,
        judged.judged_seq
    from {{ ref('affected_spans') }} as touched
    left join judged using (is_after, span_key)

),

-- Almost every trace has one call, and nothing to decide.
crowds as (

    select
        is_after,
        trace_key
    from spans
    group by is_after, trace_key
    having
        count(dialect) > 1
        or (count(dialect) = 1 and bool_or(dialect is null and (has_context or judged_seq is not null)))

),

-- Only where several instrumentations tell of one service's calls may two spans that are not nested be of one.
mixed_services as (

    select
        is_after,
        service_key
    from spans
    where dialect is not null
    group by is_after, service_key
    having min(scope_name) != max(scope_name)

),

crowded as (

    select spans.*
    from spans
    inner join crowds using (is_after, trace_key)

),

-- Upwards from each call through spans of any kind.
lineage as (

    select
        is_after,
        span_key,
        parent_key as ancestor_key,
        1 as distance
    from crowded
    where dialect is not null

    union all

    select
        lineage.is_after,
        lineage.span_key,
        crowded.parent_key,
        lineage.distance + 1
    from lineage
    inner join crowded
        on lineage.is_after = crowded.is_after and lineage.ancestor_key = crowded.span_key
    -- A chain of parents that closes is broken off.
    where lineage.distance < 100

),

nested as (

    select distinct
        lineage.is_after,
        lineage.span_key as inner_key,
        outer_call.span_key as outer_key,
        outer_call.response_key as outer_response
    from lineage
    inner join crowded as outer_call
        on lineage.is_after = outer_call.is_after and lineage.ancestor_key = outer_call.span_key
    where outer_call.dialect is not null and outer_call.span_key != lineage.span_key

),

-- A call that has no other within it is an exchange for certain.
innermost as (

    select crowded.*
    from crowded
    anti join nested on crowded.is_after = nested.is_after and crowded.span_key = nested.outer_key
    where crowded.dialect is not null

),

around as (

    select
        nested.is_after,
        nested.outer_key as span_key,
        case
            when bool_and(coalesce(nested.outer_response != innermost.response_key, false)) then nested.outer_key
            when count(distinct coalesce(innermost.response_key, innermost.span_key)) = 1 then min(innermost.span_key)
        end as exchange_key
    from nested
    inner join innermost on nested.is_after = innermost.is_after and nested.inner_key = innermost.span_key
    group by nested.is_after, nested.outer_key

),

-- What a span around others describes: an exchange of its own, if its response id is none of theirs; the exchange
-- within it, if that is one; else none, as the span of a loop of calls and tools.
described as (

    select
        spans.*,
        coalesce(around.exchange_key, spans.span_key) as nested_key,
        (
            select count(*) from nested
            where nested.is_after = spans.is_after and nested.inner_key = spans.span_key
        ) as depth
    from (
        select * from crowded
        union all
        select spans.*
        from spans
        semi join mixed_services using (is_after, service_key)
        anti join crowds using (is_after, trace_key)
    ) as spans
    left join around using (is_after, span_key)
    where spans.dialect is not null and (around.span_key is null or around.exchange_key is not null)

),

-- A response id that one instrumentation has more than once is of several exchanges, as from a cache.
exchanges as (

    select
        is_after,
        trace_key,
        nested_key,
        max(response_key) as response_key,
        row_number() over (
            partition by is_after, trace_key, max(response_key), max(scope_name) filter (where span_key = nested_key)
            order by nested_key
        ) as repetition
    from described
    group by is_after, trace_key, nested_key

),

named as (

    select
        described.*,
        min(described.nested_key) over (
            partition by
                is_after, trace_key,
                coalesce(exchanges.response_key, nested_key),
                case when exchanges.response_key is not null then exchanges.repetition end
        ) as exchange_key
    from described
    inner join exchanges using (is_after, trace_key, nested_key)

),

mixed as (

    select named.*
    from named
    semi join mixed_services using (is_after, service_key)

),

candidates as (

    -- In traces of their own, of one response.
    select
        framework.is_after,
        framework.exchange_key as first_key,
        framework.scope_name as first_scope,
        client.exchange_key as second_key,
        client.scope_name as second_scope,
        true as is_same_response,
        abs(client.started_ms - framework.started_ms) as apart_ms
    from mixed as framework
    inner join mixed as client
        on
            framework.is_after = client.is_after
            and framework.service_key = client.service_key
            and framework.response_key = client.response_key
    where
        framework.span_key < client.span_key
        and framework.trace_key != client.trace_key
        and framework.scope_name != client.scope_name
        -- With a span around it, it would be in that one's trace.
        and (framework.parent_key is null or client.parent_key is null)
        and abs(client.started_ms - framework.started_ms) <= {{ longest_response_ms() }}
        -- What is asked for again later, as from a cache, is another exchange.
        and client.started_ms < framework.ended_ms
        and framework.started_ms < client.ended_ms
        -- The one around takes longer, if only by a moment.
        and (framework.started_ms, framework.ended_ms) != (client.started_ms, client.ended_ms)

    union all

    -- The client's span within the time of the framework's.
    select
        framework.is_after,
        framework.exchange_key,
        framework.scope_name,
        client.exchange_key,
        client.scope_name,
        false,
        client.started_ms - framework.started_ms
    from (
        select
            *,
            unnest([
                started_ms // {{ longest_lead_ms() }} - 1, started_ms // {{ longest_lead_ms() }},
                started_ms // {{ longest_lead_ms() }} + 1
            ]) as moment
        from mixed
    ) as framework
    inner join mixed as client
        on
            framework.is_after = client.is_after
            and framework.service_key = client.service_key
            and framework.moment = client.started_ms // {{ longest_lead_ms() }}
    where
        framework.exchange_key != client.exchange_key
        and framework.scope_name != client.scope_name
        and (framework.trace_key = client.trace_key or framework.parent_key is null or client.parent_key is null)
        and (framework.response_key is null or client.response_key is null)
        and client.started_ms between framework.started_ms - {{ clock_tolerance_ms() }} and framework.started_ms + {{ longest_lead_ms() }}
        and client.ended_ms <= framework.ended_ms + {{ clock_tolerance_ms() }}
        and coalesce(framework.model_key = client.model_key, true)
        and framework.has_failed = client.has_failed
        and coalesce(framework.output_tokens = client.output_tokens, true)
        and (framework.started_ms, framework.ended_ms) != (client.started_ms, client.ended_ms)
        and not exists (
            select 1 from nested
            where nested.is_after = framework.is_after and nested.outer_key = framework.span_key and nested.inner_key = client.span_key
        )

),

-- Each is the nearest to the other, of the other's instrumentation.
pairs as (

    select
        is_after,
        first_key,
        second_key
    from candidates
    qualify
        row_number() over (
            partition by is_after, first_key, first_scope, second_scope
            order by is_same_response desc, apart_ms, second_key
        ) = 1
        and row_number() over (
            partition by is_after, second_key, second_scope, first_scope
            order by is_same_response desc, apart_ms, first_key
        ) = 1

),

linked as (

    select
        is_after,
        first_key as exchange_key,
        second_key as other_key
    from pairs
    union all
    select
        is_after,
        second_key,
        first_key
    from pairs

),

nearest as (

    select
        is_after,
        exchange_key,
        least(exchange_key, min(other_key)) as least_key
    from linked
    group by is_after, exchange_key

),

-- Of three that tell of one exchange two may not have met.
joined as (

    select
        linked.is_after,
        linked.exchange_key,
        min(least(other.least_key, own.least_key)) as call_key
    from linked
    inner join nearest as other on linked.is_after = other.is_after and linked.other_key = other.exchange_key
    inner join nearest as own on linked.is_after = own.is_after and linked.exchange_key = own.exchange_key
    group by linked.is_after, linked.exchange_key

),

told as (

    select
        named.*,
        coalesce(joined.call_key, named.exchange_key) as unit_key
    from named
    left join joined using (is_after, exchange_key)

),

ranked as (

    select
        is_after,
        unit_key,
        span_key,
        trace_key,
        ingest_seq,
        judged_seq,
        started_ms,
        row_number() over (
            partition by is_after, unit_key
            order by
                dialect = 'spanmart' desc,
                -- The one that tells more, usage above all; of equals the one nearest to the model.
                2 * has_usage::integer + has_answer::integer + has_prompt::integer desc,
                depth desc,
                ended_ms - started_ms,
                span_key
        ) as told_rank,
        row_number() over (
            partition by is_after, unit_key
            order by
                dialect = 'spanmart' desc,
                has_usage desc,
                depth desc,
                ended_ms - started_ms,
                span_key
        ) as usage_rank
    from told

),

surrounding as (

    select
        lineage.is_after,
        ranked.unit_key,
        context.span_key,
        context.ingest_seq,
        context.judged_seq,
        context.has_context,
        min(lineage.distance) as distance,
        max(ranked.started_ms) as started_ms
    from lineage
    inner join ranked using (is_after, span_key)
    inner join crowded as context
        on lineage.is_after = context.is_after and lineage.ancestor_key = context.span_key
    left join ranked as member
        on context.is_after = member.is_after and context.span_key = member.span_key
    where (context.has_context or context.judged_seq is not null) and member.span_key is null
    group by all

),

members as (

    select
        is_after,
        unit_key,
        span_key,
        ingest_seq,
        told_rank,
        usage_rank,
        judged_seq,
        false as is_context,
        told_rank > 1 as is_alias
    from ranked

    union all

    select
        is_after,
        unit_key,
        span_key,
        ingest_seq,
        1000 + row_number() over (partition by is_after, unit_key order by distance, span_key),
        1000,
        judged_seq,
        has_context,
        -- Of several calls within what was judged, the last is what came out of it.
        judged_seq is not null
        and row_number() over (partition by is_after, span_key order by started_ms desc, unit_key) = 1
    from surrounding

)

select
    members.is_after,
    counted.span_key as call_key,
    members.span_key,
    members.ingest_seq,
    members.told_rank,
    members.usage_rank,
    case when members.is_alias then members.judged_seq end as judged_seq,
    members.is_context,
    members.is_alias

from members
inner join ranked as counted
    on members.is_after = counted.is_after and members.unit_key = counted.unit_key and counted.told_rank = 1

union all

-- Alone in its trace, and of a service that one instrumentation tells of.
select
    is_after,
    span_key,
    span_key,
    ingest_seq,
    1,
    1,
    null,
    false,
    false
from spans
anti join crowds using (is_after, trace_key)
anti join mixed_services using (is_after, service_key)
where dialect is not null
