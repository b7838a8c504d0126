select error_fingerprint, first_seen_at, regressed_at, last_seen_at
from {{ ref('failure_groups') }}
where not (
    first_seen_at <= last_seen_at
    and (regressed_at is null or regressed_at > first_seen_at and regressed_at <= last_seen_at)
    and is_regressed = (regressed_at is not null)
)
