{#- The API's own sentence: before it OpenAI's clients put its status, as "Error code: 404 - " or "404 ", and some
    instrumentations the error's class; or the sentence is within the whole body in Python's notation. -#}
{% macro api_error_message(message) -%}
    {%- set sentence = "regexp_replace(" ~ message ~ ", $$^(?:[A-Za-z_][\\w.]*(?:Error|Exception|Timeout): )?(?:Error code: \\d{3} - |[45]\\d{2} ([A-Z]))?$$, $$\\1$$)" -%}
    {%- set in_body = "regexp_extract(" ~ sentence ~ ", $$^\\{.*?'message': (?:'(.*?)'|\"(.*?)\")(?:, '\\w+':|\\})$$, ['single', 'double'])" -%}
    coalesce(nullif({{ in_body }}.single, ''), nullif({{ in_body }}.double, ''), nullif({{ sentence }}, ''))
{%- endmacro %}

{#- The HTTP status that a message begins with, on any of its lines. -#}
{% macro stated_status(messages) -%}
    {%- set stated = "regexp_extract(" ~ messages ~ ", $$(?m)^(?:[A-Za-z_][\\w.]*: )?(?:Error code: (\\d{3})\\b|([45]\\d{2}) [A-Z])$$, ['in_words', 'alone'])" -%}
    case when {{ messages }} != '' then coalesce(nullif({{ stated }}.in_words, ''), nullif({{ stated }}.alone, '')) end
{%- endmacro %}

{#- The class of an error with its module, where anything in the span says it. -#}
{% macro error_class(error_type, exception_type) -%}
    case
        when ends_with({{ exception_type }}, '.' || {{ error_type }}) then {{ exception_type }}
        else coalesce(regexp_replace({{ error_type }}, $$^<class '(.*)'>$$, $$\1$$), {{ exception_type }})
    end
{%- endmacro %}

{#- `openai.RateLimitError` and `RateLimitError` are one error, whoever reports it. -#}
{% macro short_error_type(error_type) -%}
    regexp_replace({{ error_type }}, $$^(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*)$$ || chr(36), $$\1$$)
{%- endmacro %}

{#- What messages of one kind of error have in common: without urls, quoted values, ids and numbers. -#}
{% macro error_pattern(message) -%}
    {%- set pattern = namespace(sql=message) -%}
    {%- for expression, replacement in [
        ("https?://[^\\s\"'`<>]+", "<url>"),
        ("\"[^\"]*\"|`[^`]*`", "<value>"),
        ("(^|[\\s(\\[{:=,])'[^']*'", "\\1<value>"),
        ("\\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\\b", "<id>"),
        ("\\b(?:req|org|proj|call|msg|run|file|batch|resp|thread|asst|chatcmpl|sk)[-_][A-Za-z0-9_-]{6,}", "<id>"),
        ("\\b[A-Za-z0-9_]*(?:[A-Za-z]\\d|\\d[A-Za-z])[A-Za-z0-9_]{7,}\\b", "<id>"),
        ("\\d+(?:[.,:]\\d+)*", "<number>"),
        ("\\s+", " "),
    ] -%}
        {%- set pattern.sql = "regexp_replace(" ~ pattern.sql ~ ", $$" ~ expression ~ "$$, $$" ~ replacement ~ "$$, 'g')" -%}
    {%- endfor -%}
    trim({{ pattern.sql }})
{%- endmacro %}
