{{ config(materialized='view') }}
{%- set sums = [
    'interactions', 'successes', 'partials', 'failures',
    'input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_tokens', 'tokens_used', 'priced_interactions',
    'unpriced_interactions', 'no_usage_interactions',
    'timed_interactions', 'declaring_interactions', 'complete_interactions',
    'accepted', 'rejected', 'modified', 'no_feedback', 'scored', 'edits', 'edit_distance_sum',
] %}

with versions as (

    select
        prompt_name,
        prompt_version,
        list_sort(list_distinct(flatten(list(prompt_ids)))) as prompt_ids,
        min(first_used_at) as first_used_at,
        max(last_used_at) as last_used_at,
        sum(estimated_cost_usd)::decimal(38, 24) as estimated_cost_usd,
        sum(processing_time_ms_sum) as processing_time_ms_sum,
        sum(quality_score_sum) as quality_score_sum,
        {% for measure in sums -%}
        sum({{ measure }})::bigint as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    -- Without the name of the file, for a copy of it may have any.
    from {{ ref('quality_daily').include(database=false) }}
    where prompt_name is not null
    group by all

)

select
    prompt_name,
    prompt_version,
    prompt_ids,
    len(prompt_ids) > 1 as is_edited_in_place,
    first_used_at,
    last_used_at,

    -- how its calls went
    interactions,
    successes,
    partials,
    failures,
    successes / interactions as success_rate,
    processing_time_ms_sum / timed_interactions as average_processing_time_ms,

    -- what they took
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_tokens,
    tokens_used,
    estimated_cost_usd,
    priced_interactions,
    unpriced_interactions,
    no_usage_interactions,

    -- what they were given
    declaring_interactions,
    complete_interactions,
    complete_interactions / nullif(declaring_interactions, 0) as data_quality_rate,

    -- what users made of them
    accepted,
    rejected,
    modified,
    no_feedback,
    scored,
    quality_score_sum / scored as average_quality_score,
    edits,
    edit_distance_sum / edits as average_edit_distance

from versions
