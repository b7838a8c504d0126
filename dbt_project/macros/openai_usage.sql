{#- Usage as OpenAI's API gives it, of chats (`prompt_tokens`) or of responses and images (`input_tokens`).
    Counts are INTEGER for the same reason as in `integer_attribute`. -#}
{% macro openai_usage(value) -%}
    {%- set input_parts = '{"cached_tokens": "INTEGER", "cache_write_tokens": "INTEGER", "audio_tokens": "INTEGER", "image_tokens": "INTEGER"}' -%}
    {%- set output_parts = '{"reasoning_tokens": "INTEGER", "audio_tokens": "INTEGER", "image_tokens": "INTEGER"}' -%}
    from_json(
        {{ value }},
        '{"prompt_tokens": "INTEGER", "prompt_tokens_details": {{ input_parts }},
            "completion_tokens": "INTEGER", "completion_tokens_details": {{ output_parts }},
            "input_tokens": "INTEGER", "input_tokens_details": {{ input_parts }},
            "output_tokens": "INTEGER", "output_tokens_details": {{ output_parts }}}'
    )
{%- endmacro %}

{#- Of such a usage, the tokens of one kind within the input or the output. -#}
{% macro openai_part(usage, direction, kind) -%}
    {%- set of_chats = {'input': 'prompt', 'output': 'completion'}[direction] -%}
    coalesce({{ usage }}.{{ of_chats }}_tokens_details.{{ kind }}, {{ usage }}.{{ direction }}_tokens_details.{{ kind }})
{%- endmacro %}
