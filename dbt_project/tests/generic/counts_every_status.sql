{% test counts_every_status(model) %}
select *
from {{ model }}
where interactions != successes + partials + failures
{% endtest %}
