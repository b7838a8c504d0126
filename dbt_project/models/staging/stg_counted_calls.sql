-- Calls that count, before and after this refresh. Where several spans describe one exchange with a model, one does:
-- of a call span around others, and of spans of several instrumentations with one response id.
with recursive spans as (

    select * from {{ ref('stg_touched_spans') }}

),

-- Almost every trace has one call, and nothing to decide.
crowds as (

    select
        is_after,
        trace_key
    from spans
    where dialect is not null
    group by is_after, trace_key
    having count(*) > 1

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
        crowded.*,
        coalesce(around.exchange_key, crowded.span_key) as exchange_key,
        (
            select count(*) from nested
            where nested.is_after = crowded.is_after and nested.inner_key = crowded.span_key
        ) as depth
    from crowded
    left join around using (is_after, span_key)
    where crowded.dialect is not null and (around.span_key is null or around.exchange_key is not null)

),

-- A response id that one instrumentation has more than once is of several exchanges, as from a cache.
exchanges as (

    select
        is_after,
        trace_key,
        exchange_key,
        max(response_key) as response_key,
        row_number() over (
            partition by is_after, trace_key, max(response_key), max(scope_name) filter (where span_key = exchange_key)
            order by exchange_key
        ) as repetition
    from described
    group by is_after, trace_key, exchange_key

),

chosen as (

    select
        described.is_after,
        described.span_key
    from described
    inner join exchanges using (is_after, trace_key, exchange_key)
    qualify
        row_number() over (
            partition by
                is_after, trace_key,
                coalesce(exchanges.response_key, exchange_key),
                case when exchanges.response_key is not null then exchanges.repetition end
            order by
                described.dialect = 'spanmart' desc,
                -- The one that tells more, usage above all; of equals the one nearest to the model.
                2 * described.tells_usage::integer + described.tells_answer::integer + described.tells_prompt::integer desc,
                described.depth desc,
                described.span_key
        ) = 1

)

select
    is_after,
    span_key
from chosen

union all

select
    spans.is_after,
    spans.span_key
from spans
anti join crowds using (is_after, trace_key)
where spans.dialect is not null
