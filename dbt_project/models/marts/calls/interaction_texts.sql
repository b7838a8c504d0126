{{ config(pre_hook="{{ delete_changed_interactions() }}", one_thread=true) }}

select
    interaction_id,
    {{ interaction_key() }} as interaction_key,
    rendered_prompt,
    system_instructions,
    input_messages,
    output_messages,
    ai_response,
    refusal,
    structured_output,
    case
        when status = 'failure'
            then json_object(
                'type', error_type,
                'message', coalesce(exception_message, error_message),
                'stacktrace', stack_trace
            )
    end as error_details

from {{ ref('int_interactions_normalised') }}
