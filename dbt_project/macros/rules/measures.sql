{#- What marts with one row for several calls say of them. Sums are exact, whatever the order of the rows, and can be
    summed up again. -#}

{% macro status_measures() -%}
    count(*) as interactions,
    count(*) filter (where status = 'success') as successes,
    count(*) filter (where status = 'partial') as partials,
    count(*) filter (where status = 'failure') as failures
{%- endmacro %}

{% macro usage_measures() -%}
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_input_tokens)::bigint as cached_input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(tokens_used)::bigint as tokens_used,
    sum(estimated_cost_usd)::decimal(38, 24) as estimated_cost_usd,
    count(estimated_cost_usd) as priced_interactions,
    count(*) filter (where pricing_status = 'unpriced') as unpriced_interactions,
    count(*) filter (where pricing_status = 'no_usage') as no_usage_interactions
{%- endmacro %}

{% macro time_measures() -%}
    count(processing_time_ms) as timed_interactions,
    sum(processing_time_ms::decimal(18, 3))::decimal(38, 3) as processing_time_ms_sum
{%- endmacro %}

{% macro variable_measures() -%}
    count(all_variables_present) as declaring_interactions,
    count(*) filter (where all_variables_present) as complete_interactions
{%- endmacro %}

{% macro feedback_measures() -%}
    count(*) filter (where user_feedback = 'accepted') as accepted,
    count(*) filter (where user_feedback = 'rejected') as rejected,
    count(*) filter (where user_feedback = 'modified') as modified,
    count(*) filter (where user_feedback = 'no_feedback') as no_feedback,
    count(quality_score) as scored,
    sum(quality_score::decimal(9, 6))::decimal(38, 6) as quality_score_sum,
    count(edit_distance) as edits,
    sum(edit_distance)::bigint as edit_distance_sum
{%- endmacro %}

{#- Steps of two per cent, so that a percentile read from them is off by one at most. Step 0 begins at one millisecond. -#}
{% macro processing_time_histogram() -%}
    histogram(floor(ln(greatest(processing_time_ms, 0.001)) / ln(1.02))::integer)
        filter (where processing_time_ms is not null)
{%- endmacro %}

{#- All that `metrics_hourly` says. -#}
{% macro hourly_metrics() -%}
    date_trunc('hour', created_at) as hour,
    interaction_type,
    status,
    request_model,
    model_used,
    count(*) as interactions,
    {{ usage_measures() }},
    {{ time_measures() }},
    {{ processing_time_histogram() }} as processing_time_histogram,
    {{ variable_measures() }},
    {{ feedback_measures() }}
{%- endmacro %}

{#- The different values of a group, sorted; of a struct, those of which one field is there. -#}
{% macro distinct_values(value, present=none) -%}
    coalesce(list_sort(list(distinct {{ value }}) filter (where {{ present or value }} is not null)), [])
{%- endmacro %}
