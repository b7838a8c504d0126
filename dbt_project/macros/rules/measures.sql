{#- What one call adds to a mart with one row for several: here, and nowhere else. Sums are exact, whatever the order of the
    rows, and can be summed up again; a value that does not fit is not in its sum. Each with the type of its sum. -#}
{% macro measures_of_a_call() %}
    {{ return({
        'interactions': ['1', 'bigint'],
        'successes': ["(status = 'success')::bigint", 'bigint'],
        'partials': ["(status = 'partial')::bigint", 'bigint'],
        'failures': ["(status = 'failure')::bigint", 'bigint'],
        'input_tokens': ['input_tokens', 'bigint'],
        'cached_input_tokens': ['cached_input_tokens', 'bigint'],
        'cache_write_tokens': ['cache_write_tokens', 'bigint'],
        'output_tokens': ['output_tokens', 'bigint'],
        'reasoning_tokens': ['reasoning_tokens', 'bigint'],
        'tokens_used': ['tokens_used', 'bigint'],
        'estimated_cost_usd': ['estimated_cost_usd', 'decimal(38, 24)'],
        'cost_at_current_prices_usd': ['cost_at_current_prices_usd', 'decimal(38, 24)'],
        'booked_cost_usd': ['booked_cost_usd', 'decimal(38, 24)'],
        'reported_cost_usd': ['reported_cost_usd', 'decimal(38, 24)'],
        'priced_interactions': ['(estimated_cost_usd is not null)::bigint', 'bigint'],
        'unpriced_interactions': ["(pricing_status = 'unpriced')::bigint", 'bigint'],
        'invalid_usage_interactions': ["(pricing_status = 'invalid_usage')::bigint", 'bigint'],
        'no_usage_interactions': ["(pricing_status = 'no_usage')::bigint", 'bigint'],
        'timed_interactions': ['(processing_time_ms is not null)::bigint', 'bigint'],
        'processing_time_ms_sum': ['try_cast(processing_time_ms as decimal(18, 3))', 'decimal(38, 3)'],
        'declaring_interactions': ['(all_variables_present is not null)::bigint', 'bigint'],
        'complete_interactions': ['coalesce(all_variables_present, false)::bigint', 'bigint'],
        'accepted': ["(user_feedback is not distinct from 'accepted')::bigint", 'bigint'],
        'rejected': ["(user_feedback is not distinct from 'rejected')::bigint", 'bigint'],
        'modified': ["(user_feedback is not distinct from 'modified')::bigint", 'bigint'],
        'no_feedback': ["(user_feedback is not distinct from 'no_feedback')::bigint", 'bigint'],
        'scored': ['(quality_score is not null)::bigint', 'bigint'],
        'quality_score_sum': ['try_cast(quality_score as decimal(9, 6))', 'decimal(38, 6)'],
        'edits': ['(edit_distance is not null)::bigint', 'bigint'],
        'edit_distance_sum': ['edit_distance', 'bigint'],
    }) }}
{% endmacro %}

{#- The sums of these measures, each under its name. -#}
{% macro sums_of(names) -%}
    {%- for name in names -%}
    {%- set measure, type = measures_of_a_call()[name] -%}
    {{ 'count(*)' if name == 'interactions' else 'sum(' ~ measure ~ ')::' ~ type }} as {{ name }}{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro status_measures() -%}
    {{ sums_of(['interactions', 'successes', 'partials', 'failures']) }}
{%- endmacro %}

{% macro usage_measures() -%}
    {{ sums_of([
        'input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_tokens', 'tokens_used', 'estimated_cost_usd',
        'priced_interactions', 'unpriced_interactions', 'no_usage_interactions',
    ]) }}
{%- endmacro %}

{% macro time_measures() -%}
    {{ sums_of(['timed_interactions', 'processing_time_ms_sum']) }}
{%- endmacro %}

{% macro variable_measures() -%}
    {{ sums_of(['declaring_interactions', 'complete_interactions']) }}
{%- endmacro %}

{% macro feedback_measures() -%}
    {{ sums_of([
        'accepted', 'rejected', 'modified', 'no_feedback', 'scored', 'quality_score_sum', 'edits', 'edit_distance_sum',
    ]) }}
{%- endmacro %}

{#- Steps of two per cent, so that a percentile read from them is off by one at most. Step 0 begins at one millisecond. -#}
{% macro processing_time_step() -%} 1.02 {%- endmacro %}

{% macro step_of(processing_time_ms) -%}
    floor(ln(greatest({{ processing_time_ms }}, 0.001)) / ln({{ processing_time_step() }}))::integer
{%- endmacro %}

{#- The different values of a group, sorted; of a struct, those of which one field is there. -#}
{% macro distinct_values(value, present=none) -%}
    coalesce(list_sort(list(distinct {{ value }}) filter (where {{ present or value }} is not null)), [])
{%- endmacro %}
