{#- The API's own sentence, however it is wrapped: clients put its status before it ("Error code: 404 - ", "404 ",
    "status_code: 404, "), instrumentations and frameworks the error's class, or all of it in a call or a dict of their
    own; some have the traceback after it; or the sentence is within the whole body, in Python's notation or as JSON. -#}
{% macro api_error_message(message) -%}
    {%- set short = "regexp_replace(" ~ message ~ ", $$(?s)['\"]?[)]?\\s*Traceback [(]most recent call last[)].*$$, '')" -%}
    {%- set in_body = "regexp_extract(" ~ message ~ ", $$'message': (?:'(.*?)'|\"(.*?)\")(?:, '\\w+':|\\})|\"message\": ?\"(.*?)\"(?:, ?\"\\w+\":|\\})$$, ['single', 'double', 'json'])" -%}
    {%- set after_status = "regexp_extract(" ~ short ~ ", $$(?s)^(.*?)(?:Error code|status_code): \\d{3}(?: - |, )(.*)$$, ['wrapping', 'sentence'])" -%}
    case
        when contains({{ message }}, 'message')
            then coalesce(nullif({{ in_body }}.single, ''), nullif({{ in_body }}.double, ''), nullif({{ in_body }}.json, ''))
    end,
    case
        when contains({{ message }}, 'Error code: ') or contains({{ message }}, 'status_code: ')
            then nullif(case
                -- What was put around it is closed after it.
                when regexp_matches({{ after_status }}.wrapping, $$['"({]$$)
                    then regexp_replace({{ after_status }}.sentence, $$['"][\s)}\]]*$$ || chr(36), '')
                else {{ after_status }}.sentence
            end, '')
    end,
    nullif(regexp_replace(
        {{ short }},
        $$^(?:[A-Za-z_][\w.]*(?:Error|Exception|Timeout)(?:: | - ))*(?:[45]\d{2} ([A-Z]))?$$, $$\1$$
    ), '')
{%- endmacro %}

{#- The HTTP status that messages state, wherever they do. -#}
{% macro status_in_messages(messages) -%}
    {%- set stated = "regexp_extract(" ~ messages ~ ", $$(?m)(?:Error code: |status_code[:=] ?|'code': )([45]\\d{2})\\b|^(?:[A-Za-z_][\\w.]*: )?([45]\\d{2}) [A-Z]$$, ['in_words', 'alone'])" -%}
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

{#- What messages of one kind of error have in common: without urls, quoted values, models, ids and numbers. -#}
{% macro error_pattern(message) -%}
    {%- set pattern = namespace(sql=message) -%}
    {%- for expression, replacement in [
        ("\\b(?:ft:)?(?:[a-z]+/)*(?:gpt|chatgpt|o[1345]|claude|gemini|gemma|text-embedding|dall-e|whisper|tts|llama|mistral|mixtral|ministral|codestral|command|deepseek|qwen|grok|kimi|glm|nova|titan|phi)-[A-Za-z0-9][A-Za-z0-9_.:-]*[A-Za-z0-9]", "<model>"),
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
