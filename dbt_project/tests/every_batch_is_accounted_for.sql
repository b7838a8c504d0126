select ingest_seq, received, stored, rejected
from {{ ref('ingest_ledger') }}
where not is_accounted_for
