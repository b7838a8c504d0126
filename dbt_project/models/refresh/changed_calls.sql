-- The LLM calls of this refresh, and the spans that tell more of them, with all that they carry. By commit and ids, for
-- a row's position may change between two statements. Where one commit has a span twice the later of the two counts, of
-- those that have ended.
{% for is_doubled in [false, true] %}
select
    spans.*,
    changed.interaction_id,
    changed.dialect

from {{ ref('stg_spans') }} as spans
inner join {{ ref('read_spans') }} as changed using (ingest_seq, trace_id, span_id)
where changed.is_doubled = {{ is_doubled }}
{% if is_doubled %}
qualify
    row_number() over (
        partition by changed.interaction_id order by spans.duration_ms is not null desc, spans.ledger_row desc
    ) = 1
{% else %}
union all
{% endif %}
{% endfor %}
