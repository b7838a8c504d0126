select day, provider, request_model, model_used, interaction_type, prompt_name, prompt_version, user_id
from {{ ref('costs_daily') }}
group by all
having count(*) > 1
