{#- Of the tokens, those of audio and images, as the GenAI conventions name them; `details` is how Pydantic AI does. -#}
{% macro modality_tokens() -%}
    {{ first_integer([
        'gen_ai.usage.audio.input_tokens', 'gen_ai.usage.details.input_audio_tokens',
    ]) }} as input_audio_tokens,
    {{ first_integer([
        'gen_ai.usage.audio.cache_read.input_tokens', 'gen_ai.usage.details.cache_audio_read_tokens',
    ]) }} as cached_audio_tokens,
    {{ integer_attribute('gen_ai.usage.image.input_tokens') }} as input_image_tokens,
    {{ integer_attribute('gen_ai.usage.image.cache_read.input_tokens') }} as cached_image_tokens,
    {{ first_integer([
        'gen_ai.usage.audio.output_tokens', 'gen_ai.usage.details.output_audio_tokens',
    ]) }} as output_audio_tokens,
    {{ integer_attribute('gen_ai.usage.image.output_tokens') }} as output_image_tokens
{%- endmacro %}
