{#- Post-hook of marts with one row for several calls: sets what judgements of this refresh change in rows whose calls
    are those of before. `keys` are the mart's; the first one finds its rows. -#}
{% macro set_late_feedback_measures(keys) -%}
    {%- set judged_calls = ref('int_feedback_by_call') -%}
    {%- set measures = ['accepted', 'rejected', 'modified', 'scored', 'quality_score_sum', 'edits', 'edit_distance_sum'] -%}
    update {{ this }} as mart
    set
        {% for measure in measures -%}
        {{ measure }} = judged.{{ measure }},
        {% endfor -%}
        no_feedback = mart.interactions - judged.accepted - judged.rejected - judged.modified
    from (
        select
            {{ keys | join(', ') }},
            {{ feedback_measures() }}
        from {{ judged_calls }}
        where {{ keys[0] }} in (
            select {{ keys[0] }} from {{ judged_calls }}
            where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
        )
        group by all
    ) as judged
    where
        (mart.{{ measures | join(', mart.') }}) is distinct from (judged.{{ measures | join(', judged.') }})
        {% for key in keys -%}
        and mart.{{ key }} is not distinct from judged.{{ key }}
        {% endfor -%}
{%- endmacro %}
