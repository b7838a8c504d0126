{#- Models and who sells them in one form, whatever a sender calls them. What a name means in a price list is looked up
    with these names, in Python. The lists of sellers are variables of the project. -#}

{#- Their names in the patterns: LiteLLM and OpenRouter put the seller before the model. `mistralai/` and `meta/` are of the
    model's own name wherever they stand. -#}
{% macro routing_names() -%}
    {%- set names = [] -%}
    {%- for seller, others in var('sellers').items() if seller != 'meta' -%}
        {%- for name in [seller] + others if name != 'mistralai' -%}
            {%- do names.append(name | replace('.', '[.]')) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro routers() -%}
    (?:(?:{{ (var('no_sellers') + ['models']) | join('|') | replace('.', '[.]') }})[/])*
{%- endmacro %}

{#- Before a colon stand fewer: `mistral:7b` is a model. -#}
{% macro colon_prefixes() -%}
    openai|anthropic|google-gla|google-vertex|google_genai|google_vertexai|bedrock|bedrock_converse|azure|azure_openai|groq|gateway|openrouter
{%- endmacro %}

{% macro bedrock_makers() -%}
    (?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|stability|twelvelabs|writer|zai)
{%- endmacro %}

{#- The name of a model as its seller has it: without who sells it, and where. Snapshots and fine-tuned models are models
    of their own, and so is what Bedrock may answer anywhere: it costs less than what stays in a region. -#}
{% macro model_name(model) -%}
    {%- set rules = [
        ['^arn:[^/]*/', ''],
        [
            '^(?:(?:' ~ colon_prefixes() ~ '):/?|(?:' ~ (routing_names() + var('no_sellers')) | join('|')
                ~ '|models|deployments)/|(?:projects|locations|publishers|accounts|endpoints)/[^/]+/)+(.)',
            '\\1',
        ],
        ['^(?:us|us-gov|eu|apac|ap|jp|au|ca|sa|me|af|in|kr|mx)[.](' ~ bedrock_makers() ~ '[.])', '\\1'],
        ['^(global[.])?anthropic[.](claude)', '\\1\\2'],
        ['^((?:global[.])?claude-.*[0-9])-v[0-9]+(?::[0-9a-z]+)*$', '\\1'],
        ['^(claude.*)@([0-9]{8})$', '\\1-\\2'],
        ['^(claude.*)@(?:default|latest)$', '\\1'],
        ['^gpt-35-', 'gpt-3.5-'],
    ] -%}
    {%- set name = namespace(sql="nullif(lower(trim(" ~ model ~ ")), '')") -%}
    {%- for pattern, replacement in rules -%}
        {%- set name.sql = "regexp_replace(" ~ name.sql ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "')" -%}
    {%- endfor -%}
    case when {{ is_plain_name(model) }} then {{ model }} else {{ name.sql }} end
{%- endmacro %}

{#- Whether no rule changes a name: nearly none is changed, and one pattern is cheaper than all of them. -#}
{% macro is_plain_name(model) -%}
    (regexp_full_match({{ model }}, '[a-z0-9-]+(?:[.][0-9][a-z0-9-]*)*') and not starts_with({{ model }}, 'gpt-35-'))
{%- endmacro %}

{#- Who sells what is called so, if anybody known does. -#}
{% macro known_seller(name) -%}
    map {
        {%- for seller, others in var('sellers').items() -%}
            {%- set outer = loop -%}
            {%- for name in [seller] + others -%}
                '{{ name }}': '{{ seller }}'{{ ',' if not (loop.last and outer.last) }}
            {%- endfor -%}
        {%- endfor -%}
    }[{{ name }}]
{%- endmacro %}

{#- Who sells a model, as its names say; null where they are names alone. Names are parted by spaces. -#}
{% macro seller_in_names(names) -%}
    case
        when regexp_matches({{ names }}, '(?:^| |bedrock/)(?:arn:aws[^/]*:bedrock:|(?:[a-z-]{2,6}[.])?{{ bedrock_makers() }}[.])') then 'aws'
        when regexp_matches({{ names }}, '(?:^| )(?:projects|publishers)/|@[0-9]{8}(?: |$)') then 'google'
        when regexp_matches({{ names }}, '(?:^| )accounts/fireworks/') then 'fireworks'
        else {{ known_seller("rtrim(regexp_extract(" ~ names ~ ", '(?:^| )" ~ routers() ~ "(?:gateway:/?)?((?:" ~ routing_names() | join('|')
            ~ ")/|(?:" ~ colon_prefixes() ~ "):).', 1), ':/')") }}
    end
{%- endmacro %}

{#- Who made a model that nobody else has under this name. -#}
{% macro maker_in_names(names) -%}
    {%- set makers = {
        'anthropic': 'claude',
        'openai': '(?:ft:)?(?:gpt-[345]|chatgpt-|o[134](?: |$|-)|text-embedding-(?:3|ada)|davinci-|babbage-|computer-use|codex-mini'
            ~ '|dall-e|gpt-image|gpt-audio|gpt-realtime|omni-moderation|tts-1|whisper-1)',
        'google': '(?:gemini|text-embedding-00|imagen|veo)-',
        'mistral': '(?:mistral-(?:large|medium|small|embed)|codestral|ministral|magistral-medium|pixtral-large|devstral-medium)',
        'x-ai': 'grok-[2-9]',
        'cohere': '(?:command-|embed-(?:english|multilingual)-|embed-v|rerank-)',
        'deepseek': 'deepseek-(?:chat|reasoner)(?: |$)',
        'perplexity': 'sonar',
        'voyageai': 'voyage-',
    } -%}
    case
        {% for maker, pattern in makers.items() %}
        when regexp_matches({{ names }}, '(?:^|[ /]){{ pattern }}') then '{{ maker }}'
        {% endfor %}
    end
{%- endmacro %}

{#- Who sells the call. Where the sender names a framework, a router or nobody, the model's name tells; where it names the
    maker of a client that asks anybody, what stands before the model's name counts. -#}
{% macro provider_name(provider, request_model, response_model) -%}
    {%- set said = "nullif(replace(lower(trim(" ~ provider ~ ")), ' ', '_'), '')" -%}
    {%- set known = 'coalesce(' ~ known_seller(said) ~ ', ' ~ known_seller("split_part(" ~ said ~ ", '.', 1)") ~ ')' -%}
    {%- set names = "lower(concat_ws(' ', trim(" ~ request_model ~ "), trim(" ~ response_model ~ ")))" -%}
    {%- set is_no_seller = said ~ " is null or " ~ said ~ " in ('" ~ var('no_sellers') | join("', '") ~ "')" -%}
    case
        when
            {{ provider }} in ('{{ var('sellers') | join("', '") }}')
            and coalesce({{ is_plain_name(request_model) }}, true) and coalesce({{ is_plain_name(response_model) }}, true)
            then {{ provider }}
        else coalesce(
            case when {{ is_no_seller }} or {{ known }} in ('openai', 'anthropic') then {{ seller_in_names(names) }} end,
            {{ known }},
            case when {{ is_no_seller }} then {{ maker_in_names(names) }} end,
            {{ said }}
        )
    end
{%- endmacro %}

{#- The tier that served a call: Vertex AI puts its own word before it. -#}
{% macro tier_name(service_tier) -%}
    nullif(regexp_replace(lower(trim({{ service_tier }})), '^on_demand_', ''), '')
{%- endmacro %}
