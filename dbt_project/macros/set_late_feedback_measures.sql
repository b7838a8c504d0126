{#- Post-hook of marts with one row for several calls: judgements on calls of earlier refreshes. They may be on calls
    of any time, and building all those rows anew would be reading all those calls. -#}
{% macro set_late_feedback_measures(keys) -%}
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
        from (select *, date_trunc('hour', created_at) as hour from {{ ref('interactions') }})
        where user_feedback != 'no_feedback' and {{ keys[0] }} in {{ changed(keys[0], 'feedback') }}
        group by all
    ) as judged
    where
        (mart.{{ measures | join(', mart.') }}) is distinct from (judged.{{ measures | join(', judged.') }})
        {% for key in keys -%}
        and mart.{{ key }} is not distinct from judged.{{ key }}
        {% endfor -%}
{%- endmacro %}
