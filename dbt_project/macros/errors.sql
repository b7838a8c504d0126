{#- The API's own sentence: OpenAI's client puts "Error code: 404 - " before it, or before the whole body in Python's
    notation. -#}
{% macro api_error_message(message) -%}
    {%- set sentence = "regexp_replace(" ~ message ~ ", $$^Error code: \\d{3} - $$, '')" -%}
    {%- set in_body = "regexp_extract(" ~ sentence ~ ", $$^\\{.*?'message': (?:'(.*?)'|\"(.*?)\")(?:, '\\w+':|\\})$$, ['single', 'double'])" -%}
    coalesce(nullif({{ in_body }}.single, ''), nullif({{ in_body }}.double, ''), nullif({{ sentence }}, ''))
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
