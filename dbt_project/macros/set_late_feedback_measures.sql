{#- Post-hook of marts by hour or day: judgements on calls of earlier refreshes. They may be on calls of any time, and
    building all those hours and days anew would be reading all those calls. -#}
{% macro set_late_feedback_measures(period, keys) -%}
    {%- set measures = ['accepted', 'rejected', 'modified', 'scored', 'quality_score_sum', 'edits', 'edit_distance_sum'] -%}
    update {{ this }} as mart
    set
        {% for measure in measures -%}
        {{ measure }} = judged.{{ measure }},
        {% endfor -%}
        no_feedback = mart.interactions - judged.accepted - judged.rejected - judged.modified
    from (
        select
            {{ period }},
            {{ keys | join(', ') }},
            {{ feedback_measures() }}
        from (select *, date_trunc('hour', created_at) as hour from {{ ref('interactions') }})
        where user_feedback != 'no_feedback' and {{ period }} in {{ changed(period, or_judged=true) }}
        group by all
    ) as judged
    where
        mart.{{ period }} = judged.{{ period }}
        {% for key in keys -%}
        and mart.{{ key }} is not distinct from judged.{{ key }}
        {% endfor -%}
        and (mart.{{ measures | join(', mart.') }}) is distinct from (judged.{{ measures | join(', judged.') }})
{%- endmacro %}
