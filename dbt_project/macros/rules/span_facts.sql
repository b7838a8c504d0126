{#- What the span of a call tells, in any dialect: enough to know which of two spans of one call tells more. -#}

{% macro has_prompt() -%}
    {{ has_any([
        'gen_ai.input.messages', 'gen_ai.prompt', 'gen_ai.prompt.0.role', 'gen_ai.prompt.0.content', 'events',
        'input.value', 'llm.input_messages.0.message.role', 'llm.prompts.0.prompt.text',
        'embedding.embeddings.0.embedding.text', 'ai.prompt.messages', 'ai.values', 'langfuse.observation.input',
        'request_data', 'mlflow.spanInputs', 'llm.prompts',
    ]) }}
    or contains(events, '"gen_ai.')
{%- endmacro %}

{% macro has_answer() -%}
    {{ has_any([
        'gen_ai.output.messages', 'gen_ai.completion', 'gen_ai.completion.0.role', 'gen_ai.completion.0.content', 'events',
        'output.value', 'llm.output_messages.0.message.role', 'llm.output_messages.0.message.content',
        'ai.response.text', 'ai.response.object', 'ai.response.toolCalls', 'ai.result.text',
        'langfuse.observation.output', 'response_data', 'mlflow.spanOutputs',
    ]) }}
    or contains(events, '"gen_ai.')
{%- endmacro %}

{% macro has_usage() -%}
    {{ has_any([
        'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.prompt_tokens',
        'llm.usage.prompt_tokens', 'llm.token_count.prompt', 'llm.token_count.completion',
        'ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens', 'langfuse.observation.usage_details',
        'mlflow.chat.tokenUsage',
    ]) }}
{%- endmacro %}

{% macro response_id_attribute() -%}
    coalesce(
        {{ text_attribute('gen_ai.response.id') }},
        {{ text_attribute('ai.response.id') }},
        {{ text_attribute('llm.response.id') }},
        case dialect
            when 'openinference' then {{ response_id_in(json_attribute('output.value')) }}
            when 'mlflow' then {{ response_id_in(json_attribute('mlflow.spanOutputs')) }}
        end
    )
{%- endmacro %}

{#- Of a response as a client gives it, alone or in a list, or as LangChain wraps it. -#}
{% macro response_id_in(answer) -%}
    list_filter(
        json_extract_string({{ answer }}, [
            '$.id', '$.response_id', '$.llm_output.id', '$.generations[0][0].message.kwargs.response_metadata.id', '$[0].id'
        ]),
        lambda id: id != '__fake_id__'
    )[1]
{%- endmacro %}

{#- A call that retrieved a response, begun by a call that is known, which had come to its end by then. -#}
{% macro retrieves_answer() -%}
    span_name = 'responses.retrieve'
    and starts_with(scope_name, 'spanmart.')
    and attributes['spanmart.interaction.id'] is not null
    and attributes['gen_ai.response.status'] in ('completed', 'incomplete', 'failed', 'cancelled')
{%- endmacro %}
