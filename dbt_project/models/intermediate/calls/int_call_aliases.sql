{{ config(materialized='incremental', pre_hook="{{ delete_changed_aliases() }}") }}

-- Spans under whose ids a call may be judged besides its own: others that tell of it, and judged ones around it.
select
    {{ interaction_key() }} as alias_key,
    call_id as interaction_id,
    {{ interaction_key('call_id') }} as interaction_key

from {{ ref('member_spans') }}
where is_alias
