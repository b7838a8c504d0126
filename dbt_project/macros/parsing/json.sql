{#- The one reader of JSON text, for whatever anybody sent. Null where the text is no JSON, or has more than 64 levels:
    of some thousand, DuckDB's functions overrun the stack of the process, and others' readers of JSON give up.
    What DuckDB takes for JSON and others do not is mended: NaN, infinities and numbers that no double holds become texts
    of the same letters; half a surrogate pair and the character 0 become U+FFFD; a comma behind the last element goes.
    Nearly every text is sound, and costs one look. `text` is written out several times, so it should be short. -#}
{% macro json_of(text) -%}
    case
        when json_valid({{ text }}) and not regexp_matches({{ text }}, '{{ many_levels() }}|{{ unsound_json() }}')
            then ({{ text }})::json
        -- Half a pair is no JSON for DuckDB.
        when (json_valid({{ text }}) or contains({{ text }}, '\u')) and {{ is_shallow_json(text) }}
            then try(json(case
                when json_valid({{ text }}) and not regexp_matches({{ text }}, '{{ unsound_json() }}') then {{ text }}
                else {{ sound_json(text) }}
            end))
    end
{%- endmacro %}

{#- The same of a call. What ours writes was JSON in Python: NaN and infinities are all that can be wrong with it, and are
    found in a third of the time. -#}
{% macro json_of_call(text) -%}
    coalesce(
        case
            when
                dialect = 'spanmart' and not contains({{ text }}, 'NaN') and not contains({{ text }}, 'Infinity')
                and not contains({{ text }}, '\u0000')
                then try_cast(nullif({{ text }}, '') as json)
        end,
        {{ json_of(text) }}
    )
{%- endmacro %}

{#- A JSON object as a map; null where the text is none. Of two keys of one name the first counts. -#}
{% macro json_map_of(text) -%}
    [
        case
            when json_type(object) != 'OBJECT' then null
            when len(json_keys(object)) = list_unique(json_keys(object)) then try_cast(object as map(varchar, varchar))
            else map_from_entries([
                struct_pack(k := key, v := object->>('/' || replace(replace(key, '~', '~0'), '/', '~1')))
                for key in list_distinct(json_keys(object))
            ])
        end
        for object in [{{ json_of(text) }}]
    ][1]
{%- endmacro %}

{#- So many openings that they may be too many levels. -#}
{% macro many_levels() -%}
    (?:[\[{][^\[{]*){33}
{%- endmacro %}

{#- What may be one of the numbers or a comma that others do not read, or the character 0. -#}
{% macro unsound_json() -%}
    [0-9]{41}|(?:^|[\s,:\[])-?(?:[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{3}|(?i:nan|inf|infinity)\s*(?:[,\]}]|$))|,\s*[\]}]|\\u0000
{%- endmacro %}

{#- Brackets alone, without what strings hold, in 64 levels at most. A string need not end: else one search for its end
    would follow the other in a text that was cut. -#}
{% macro is_shallow_json(text) -%}
    {%- set levels = namespace(pattern='') -%}
    {%- for level in range(64) -%}
        {%- set levels.pattern = '(?:[\\[{]' ~ levels.pattern ~ '[\\]}])*' -%}
    {%- endfor -%}
    regexp_full_match(
        regexp_replace({{ text }}, '"(?:[^"\\]|\\.)*"?|[^"\[\]{}]+', '', 'gs'), '{{ levels.pattern }}'
    )
{%- endmacro %}

{#- The text with numbers and escapes that everybody reads. Strings and sound numbers and escapes are matched too, so that
    nothing within them is; two control characters, which JSON cannot contain, mark what is not sound. -#}
{% macro sound_json(text) -%}
    {%- set string = '"(?:[^"\\\\]|\\\\.)*"?' -%}
    {%- set number = '-?[0-9]{41,}(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|-?[0-9]+(?:\\.[0-9]+)?[eE]\\+?[0-9]{3,}|-?(?i:nan|infinity|inf)' -%}
    {%- set escape = '\\\\u0000|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}' -%}
    {%- set sound_escape = '\\\\[^u]|\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}' -%}
    regexp_replace(
        replace(
            regexp_replace(
                translate(
                    replace(
                        regexp_replace(
                            {{ text }}, '({{ string }})|({{ number }})|([-0-9.eE+]+)', '\1\3' || chr(1) || '\2' || chr(2), 'gs'
                        ),
                        chr(1) || chr(2), ''
                    ),
                    chr(1) || chr(2), '""'
                ),
                '({{ sound_escape }})|({{ escape }})', '\1' || chr(1) || '\2' || chr(2), 'g'
            ),
            chr(1) || chr(2), ''
        ),
        chr(1) || '[^' || chr(2) || ']*' || chr(2), chr(65533), 'g'
    )
{%- endmacro %}

{#- A map as a JSON object. Numbers and booleans keep their type where `typed`; long digits stay text, for they are
    ids more often than numbers and JavaScript would round them. -#}
{% macro json_object(map, typed=false) -%}
    {%- if typed -%}
    to_json(map_from_entries([
        struct_pack(
            k := entry.key,
            v := case
                when regexp_matches(entry.value, '^(true|false|-?(0|[1-9]\d{0,14})(\.\d{1,15})?)$') then entry.value::json
                else to_json(entry.value)
            end
        )
        for entry in map_entries({{ map }})
    ]))
    {%- else -%}
    to_json({{ map }})
    {%- endif -%}
{%- endmacro %}
