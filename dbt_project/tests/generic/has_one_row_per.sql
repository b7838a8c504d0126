{#- The grain of a mart whose key has several columns. -#}
{% test has_one_row_per(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by all
having count(*) > 1
{% endtest %}
