{#- Usage as OpenAI's API gives it, of chats (`prompt_tokens`) or of responses and images (`input_tokens`). -#}
{% macro openai_usage(value) -%}
    {%- set input_parts = '{"cached_tokens": "BIGINT", "cache_write_tokens": "BIGINT", "audio_tokens": "BIGINT", "image_tokens": "BIGINT"}' -%}
    {%- set output_parts = '{"reasoning_tokens": "BIGINT", "audio_tokens": "BIGINT", "image_tokens": "BIGINT"}' -%}
    from_json(
        {{ value }},
        '{"prompt_tokens": "BIGINT", "prompt_tokens_details": {{ input_parts }},
            "completion_tokens": "BIGINT", "completion_tokens_details": {{ output_parts }},
            "input_tokens": "BIGINT", "input_tokens_details": {{ input_parts }},
            "output_tokens": "BIGINT", "output_tokens_details": {{ output_parts }}}'
    )
{%- endmacro %}

{#- Of such a usage, the tokens of one kind within the input or the output. -#}
{% macro openai_part(usage, direction, kind) -%}
    {%- set of_chats = {'input': 'prompt', 'output': 'completion'}[direction] -%}
    coalesce({{ usage }}.{{ of_chats }}_tokens_details.{{ kind }}, {{ usage }}.{{ direction }}_tokens_details.{{ kind }})
{%- endmacro %}
