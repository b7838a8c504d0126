{#- Usage as OpenAI's API gives it, of chats (`prompt_tokens`) or of responses (`input_tokens`). -#}
{% macro openai_usage(value) -%}
    from_json(
        {{ value }},
        '{"prompt_tokens": "BIGINT", "prompt_tokens_details": {"cached_tokens": "BIGINT"},
            "completion_tokens": "BIGINT", "completion_tokens_details": {"reasoning_tokens": "BIGINT"},
            "input_tokens": "BIGINT", "input_tokens_details": {"cached_tokens": "BIGINT"},
            "output_tokens": "BIGINT", "output_tokens_details": {"reasoning_tokens": "BIGINT"}}'
    )
{%- endmacro %}
