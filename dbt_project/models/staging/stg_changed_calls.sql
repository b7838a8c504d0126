-- The LLM calls of this refresh with all that their spans carry. By commit and ids, for a row's position may change
-- between two statements. Where one commit has a span twice the later of the two counts.
{% for is_doubled in [false, true] %}
select
    spans.*,
    changed.interaction_id,
    changed.dialect

from {{ ref('stg_spans') }} as spans
inner join {{ ref('stg_changed_spans') }} as changed using (ingest_seq, trace_id, span_id)
where changed.dialect is not null and changed.is_doubled = {{ is_doubled }}
{% if is_doubled %}
qualify row_number() over (partition by changed.interaction_id order by spans.ledger_row desc) = 1
{% else %}
union all
{% endif %}
{% endfor %}
