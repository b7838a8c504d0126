{#- Usage as APIs and frameworks write it in JSON: OpenAI's chats (`prompt_tokens`) and responses (`input_tokens`),
    Anthropic's, Google's (`promptTokenCount`), LangChain's (`input_token_details`) and Langfuse's (`input_cached_tokens`).
    Counts are INTEGER for the same reason as in `integer_attribute`. -#}
{% macro api_usage(value) -%}
    {%- set parts -%}
        {"cached_tokens": "INTEGER", "cache_write_tokens": "INTEGER", "cache_creation_tokens": "INTEGER", "audio_tokens": "INTEGER", "image_tokens": "INTEGER",
        "reasoning_tokens": "INTEGER", "cache_read": "INTEGER", "cache_creation": "INTEGER", "audio": "INTEGER",
        "image": "INTEGER", "reasoning": "INTEGER"}
    {%- endset -%}
    from_json(
        {{ value }},
        '{
            "prompt_tokens": "INTEGER", "input_tokens": "INTEGER", "promptTokenCount": "INTEGER",
            "completion_tokens": "INTEGER", "output_tokens": "INTEGER", "candidatesTokenCount": "INTEGER",
            "total_tokens": "INTEGER", "totalTokenCount": "INTEGER", "total": "INTEGER",
            "prompt_tokens_details": {{ parts }}, "input_tokens_details": {{ parts }}, "input_token_details": {{ parts }},
            "completion_tokens_details": {{ parts }}, "output_tokens_details": {{ parts }}, "output_token_details": {{ parts }},
            "cache_read_input_tokens": "INTEGER", "cachedContentTokenCount": "INTEGER", "input_cached_tokens": "INTEGER",
            "input_cache_read": "INTEGER",
            "cache_creation_input_tokens": "INTEGER", "cache_write_input_tokens": "INTEGER", "input_cache_creation": "INTEGER",
            "cache_creation": {"ephemeral_1h_input_tokens": "INTEGER"}, "input_cache_creation_1h": "INTEGER",
            "cache_creation_input_tokens_1h": "INTEGER", "cache_creation_1h": "INTEGER", "input_cache_write_1h": "INTEGER",
            "input_cache_creation_ephemeral_1h": "INTEGER", "cache_creation_ephemeral_1h_input_tokens": "INTEGER",
            "ephemeral_1h_input_tokens": "INTEGER",
            "thoughtsTokenCount": "INTEGER", "output_reasoning_tokens": "INTEGER", "output_reasoning": "INTEGER",
            "reasoning_tokens": "INTEGER",
            "input_audio_tokens": "INTEGER", "input_audio": "INTEGER", "input_image_tokens": "INTEGER", "input_image": "INTEGER",
            "output_audio_tokens": "INTEGER", "output_audio": "INTEGER", "output_image_tokens": "INTEGER",
            "output_image": "INTEGER",
            "server_tool_use": {"web_search_requests": "INTEGER"}, "cost": "DECIMAL(38, 24)"
        }'
    )
{%- endmacro %}

{#- Which column of a call each of those counts is. -#}
{% macro api_usage_names() -%}
    {{ return({
        'input_tokens': ['prompt_tokens', 'input_tokens', 'promptTokenCount'],
        'output_tokens': ['completion_tokens', 'output_tokens', 'candidatesTokenCount'],
        'total_tokens': ['total_tokens', 'totalTokenCount'],
        'cached_input_tokens': [
            'prompt_tokens_details.cached_tokens', 'input_tokens_details.cached_tokens', 'input_token_details.cache_read',
            'cache_read_input_tokens', 'cachedContentTokenCount', 'input_cached_tokens', 'input_cache_read',
        ],
        'cache_write_tokens': [
            'prompt_tokens_details.cache_write_tokens', 'input_tokens_details.cache_write_tokens',
            'prompt_tokens_details.cache_creation_tokens', 'input_token_details.cache_creation',
            'cache_creation_input_tokens', 'cache_write_input_tokens', 'input_cache_creation',
        ],
        'cache_write_1h_tokens': [
            'cache_creation.ephemeral_1h_input_tokens', 'input_cache_creation_1h', 'cache_creation_input_tokens_1h',
            'cache_creation_1h', 'input_cache_write_1h', 'input_cache_creation_ephemeral_1h',
            'cache_creation_ephemeral_1h_input_tokens', 'ephemeral_1h_input_tokens',
        ],
        'reasoning_tokens': [
            'completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens',
            'output_token_details.reasoning', 'thoughtsTokenCount', 'output_reasoning_tokens', 'output_reasoning',
            'reasoning_tokens',
        ],
        'input_audio_tokens': [
            'prompt_tokens_details.audio_tokens', 'input_tokens_details.audio_tokens', 'input_token_details.audio',
            'input_audio_tokens', 'input_audio',
        ],
        'input_image_tokens': [
            'prompt_tokens_details.image_tokens', 'input_tokens_details.image_tokens', 'input_token_details.image',
            'input_image_tokens', 'input_image',
        ],
        'output_audio_tokens': [
            'completion_tokens_details.audio_tokens', 'output_tokens_details.audio_tokens', 'output_token_details.audio',
            'output_audio_tokens', 'output_audio',
        ],
        'output_image_tokens': [
            'completion_tokens_details.image_tokens', 'output_tokens_details.image_tokens', 'output_token_details.image',
            'output_image_tokens', 'output_image',
        ],
        'web_searches': ['server_tool_use.web_search_requests'],
        'reported_cost_usd': ['cost'],
    }) }}
{%- endmacro %}

{#- For `replace`: the counts of a call that its attributes do not have, from those structs, the first that has them. -#}
{% macro fill_in_usage(usages, but=[]) -%}
    {%- for column, names in api_usage_names().items() if column not in but %}
    coalesce(
        {{ column }}
        {%- for usage in usages %}{% for name in names %}, {{ usage }}.{{ name }}{% endfor %}{% endfor %}
    ) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A dict as Python prints it, where it holds numbers and plain words alone, as JSON. -#}
{% macro json_of_python(text) -%}
    try_cast(
        replace(replace(replace(replace({{ text }}, '''', '"'), ': None', ': null'), ': True', ': true'), ': False', ': false')
        as json
    )
{%- endmacro %}
