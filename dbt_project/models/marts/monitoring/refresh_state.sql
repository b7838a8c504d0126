{{
    config(
        materialized='replaced',
        schema='refresh',
        post_hook=[
            "update {{ ref('refresh_window') }} set is_finished = true",
            "delete from {{ ref('int_changed_keys') }}",
            "{{ delete_expired(ref('span_keys')) }}",
            "{{ delete_expired(ref('message_keys')) }}",
            "{{ delete_expired(ref('feedback_keys')) }}",
        ],
    )
}}
-- Last of all models: it is reached only if every mart was built, and then the next refresh starts after this one.
-- depends_on: {{ ref('interactions') }}
-- depends_on: {{ ref('interaction_texts') }}
-- depends_on: {{ ref('failures') }}
-- depends_on: {{ ref('missing_variables') }}
-- depends_on: {{ ref('costs_daily') }}
-- depends_on: {{ ref('model_costs_daily') }}
-- depends_on: {{ ref('failure_groups') }}
-- depends_on: {{ ref('ingest_ledger') }}
-- depends_on: {{ ref('metrics_hourly') }}
-- depends_on: {{ ref('quality_daily') }}
-- depends_on: {{ ref('data_quality_daily') }}
-- depends_on: {{ ref('sessions') }}
-- depends_on: {{ ref('users_daily') }}
-- depends_on: {{ ref('prompt_versions') }}
-- depends_on: {{ ref('experiment_arms') }}
-- depends_on: {{ ref('alert_evaluations') }}
-- depends_on: {{ ref('unread_spans') }}
-- depends_on: {{ ref('call_measures') }}
-- depends_on: {{ ref('cost_lines') }}
-- depends_on: {{ ref('int_changed_keys') }}

select
    upto_seq as refreshed_seq,
    now() at time zone 'UTC' as refreshed_at,
    -- While calls may be left that have the costs of before, prices are not those of the marts yet.
    '{{ var("project_fingerprint") }}' || case
        when (select count(*) from {{ ref('int_repriced') }}) = {{ var('calls_per_repricing') }} then '-unfinished'
        else ''
    end as project_fingerprint

from {{ ref('refresh_window') }}
