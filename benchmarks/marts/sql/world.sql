-- What does not change from call to call. Chance is a hash of the call's number, of what is decided and of the
-- seed: the same in every run, whichever thread makes the row.
create or replace temp macro chance(number, decides) as
    (hash(number, decides, getvariable('seed')) >> 11) / 9007199254740992.0;

create or replace temp macro one_of(choices, share) as
    choices[1 + floor(share * len(choices))::int];

-- Log-logistic: most are near the median, some are many times as large.
create or replace temp macro around(median, spread, share) as
    median * exp(spread * ln((share + 1e-4) / (1.0001 - share)));

create or replace temp macro hex(number, decides) as
    printf('%016x', hash(number, decides, getvariable('seed')));

-- There are 65,536 passages to choose from.
create or replace temp macro passages(number, about, count) as
    array_to_string(
        list_select(
            getvariable('passages'),
            [1 + (hash(number, about, n, getvariable('seed')) & 65535)::int for n in range(count)]
        ),
        ' '
    );

create or replace temp macro answer_to(number) as
    passages(number, 'answer', 1 + around(1.6, 0.5, chance(number, 'answer length'))::int);

-- A year: more from day to day, most at work, little at night and on Sundays; rush hours and hours of trouble.
create or replace temp table hours as
with weighed as (

    select
        timestamp '2025-07-01' + to_hours(n::int) as hour,
        (1 + n / 8760)
        * (0.06 + exp(-pow((n % 24) - 13, 2) / 24))
        * ([0.15, 1, 1.15, 1.1, 1.05, 0.9, 0.25])[1 + dayofweek(hour)]
        * case when chance(n, 'rush') < 0.02 then 3 else 1 end as weight,
        case when chance(n, 'trouble') < 0.005 then 0.3 else 0.03 end as failure_rate
    from range(8760) as numbers(n)

)

select
    hour,
    failure_rate,
    coalesce(sum(weight) over earlier / sum(weight) over (), 0) * getvariable('calls') as first_call,
    weight / sum(weight) over () * getvariable('calls') as calls
from weighed
window earlier as (order by hour rows between unbounded preceding and 1 preceding);

-- Of a hundred calls, what how many are made for; most with a prompt, which has had three versions by the year's end.
create or replace temp table uses as
with named(weight, prompt, interaction_type, operation, api, wants_json, required) as (

    values
    (29, 'session_outline', 'outline_generation', 'chat', 'responses', false, ['title', 'audience', 'tone']),
    (19, 'session_titles', 'title_generation', 'chat', 'chat_completions', true, ['title', 'audience', 'tone']),
    (12, 'exercise', 'exercise_generation', 'chat', 'chat_completions', false, ['title', 'audience']),
    (8, 'handout', 'handout_generation', 'chat', 'responses', false, ['title', 'audience', 'tone']),
    (7, 'quiz', 'quiz_generation', 'chat', 'chat_completions', true, ['title', 'audience']),
    (5, 'invitation', 'mail_generation', 'chat', 'chat_completions', false, ['title', 'audience', 'tone']),
    (4, 'translation', 'translation', 'chat', 'chat_completions', false, ['title']),
    (2, 'role_play', 'exercise_generation', 'chat', 'responses', false, ['title', 'audience']),
    (9, null, null, 'chat', 'chat_completions', false, null),
    (5, null, 'search', 'embeddings', 'embeddings', false, null)

)

select
    named.* exclude (weight) replace (case when version > 1 then list_append(required, 'goal') else required end as required),
    version,
    case when prompt is not null then passages(hash(prompt), version::varchar, 3) end as template,
    sha256(template) as template_hash,
    row_number() over (partition by version order by prompt, operation) - 1 as pick
from named
cross join range(1, 4) as versions(version)
cross join range(weight);

create or replace temp table models as
select * exclude (weight), row_number() over (order by model) - 1 as pick
from (
    values
    (42, 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', false),
    (23, 'gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14', false),
    (15, 'gpt-4o', 'gpt-4o-2024-08-06', false),
    (10, 'o4-mini', 'o4-mini-2025-04-16', true),
    (8, 'gpt-4.1', 'gpt-4.1-2025-04-14', false),
    (2, 'house-llm-70b', 'house-llm-70b', false)
) as listed(weight, model, answers_as, reasons)
cross join range(weight);

create or replace temp table errors as
select * exclude (weight), row_number() over (order by pattern) - 1 as pick
from (
    values
    (40, 'openai.RateLimitError', 'rate_limit_exceeded', 429,
     'Rate limit reached for gpt-4o in organization org-{id} on requests per min (RPM): Limit 500, Used {number}.'),
    (20, 'openai.APITimeoutError', null, null, 'Request timed out.'),
    (14, 'openai.InternalServerError', 'server_error', 500,
     'The server had an error while processing your request. Sorry about that! (request id req_{id})'),
    (10, 'openai.BadRequestError', 'context_length_exceeded', 400,
     'This model''s maximum context length is 128000 tokens. However, your messages resulted in {number} tokens.'),
    (8, 'openai.APIConnectionError', null, null, 'Connection error.'),
    (6, 'openai.BadRequestError', 'invalid_value', 400,
     'Invalid value: ''{id}''. Supported values are: ''low'', ''medium'', and ''high''.'),
    (2, 'openai.AuthenticationError', 'invalid_api_key', 401, 'Incorrect API key provided: sk-{id}.')
) as listed(weight, error_type, error_code, error_status, pattern)
cross join range(weight);

-- One row per request of the exporters, in the order in which they arrive. Sometimes an answer is lost, and the same
-- spans come again. Every eighth request is followed by the feedback that was given since the last one.
create or replace temp table deliveries as
with requests as (

    select
        n * getvariable('spans_a_request') as first_call,
        least(first_call + getvariable('spans_a_request'), getvariable('calls')) as end_call,
        n // 8 as turn,
        n % 8 = 7 or end_call = getvariable('calls') as ends_turn,
        chance(n, 'resent') < 0.01 as is_resent
    from range(ceil(getvariable('calls') / getvariable('spans_a_request'))::bigint) as numbers(n)

),

sent as (

    select
        *,
        unnest(['spans', if(is_resent, 'spans again', null), if(ends_turn, 'feedback', null)]) as brings
    from requests

)

select
    row_number() over (order by sent.end_call, sent.brings = 'feedback', sent.brings) as ingest_seq,
    sent.brings = 'feedback' as brings_feedback,
    sent.turn,
    sent.first_call::bigint as first_call,
    sent.end_call::bigint as end_call,
    -- Exporters wait for half a minute at most.
    hours.hour + to_milliseconds((3.6e6 * (sent.end_call - hours.first_call) / hours.calls)::bigint) + interval 30 second
        as arrived_at
from sent
asof join hours on sent.end_call >= hours.first_call
where sent.brings is not null
order by ingest_seq;
