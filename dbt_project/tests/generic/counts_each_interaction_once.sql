{#- Parts of a count make up the whole. -#}
{% test counts_each_interaction_once(model) %}
select *
from {{ model }}
where
    interactions != accepted + rejected + modified + no_feedback
    or complete_interactions > declaring_interactions
    or declaring_interactions > interactions
    or timed_interactions > interactions
{% endtest %}
