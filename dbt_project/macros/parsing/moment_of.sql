{#- Nanoseconds since 1970 as a moment; null where a clock was not set, or goes more than a day ahead of ours. -#}
{% macro moment_of(nanoseconds) -%}
    case
        when
            {{ nanoseconds }} >= 946684800000000000
            and {{ nanoseconds }} // 1000 <= epoch_us(ingested_at + interval 1 day)
            then make_timestamp(({{ nanoseconds }} // 1000)::bigint)
    end
{%- endmacro %}
