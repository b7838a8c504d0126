{#- No call is left out of the rows and none is in two, and late feedback is in them too. -#}
{% test adds_up_all_interactions(model, having='true') %}
{%- set sums = [
    'interactions', 'tokens_used', 'estimated_cost_usd', 'priced_interactions', 'unpriced_interactions', 'no_usage_interactions', 'timed_interactions',
    'processing_time_ms_sum', 'accepted', 'rejected', 'modified', 'no_feedback', 'scored', 'quality_score_sum',
] %}
with calls as (

    select
        {{ status_measures() }},
        {{ usage_measures() }},
        {{ time_measures() }},
        {{ feedback_measures() }}
    from {{ ref('interactions') }}
    where {{ having }}

)

select {% for sum in sums %}coalesce({{ sum }}, 0){{ ', ' if not loop.last }}{% endfor %} from calls
except
select {% for sum in sums %}coalesce(sum({{ sum }}), 0){{ ', ' if not loop.last }}{% endfor %} from {{ model }}
{% endtest %}
