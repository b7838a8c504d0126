{#- Read several times in a refresh and needed no longer. -#}
{{ config(materialized='replaced', database='scratch') }}

-- Judgements that this refresh brings, and those on calls that it brings.
select * from {{ ref('int_feedback') }}
where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})

union

select *
from {{ rows_by_key(ref('int_feedback'), 'select ' ~ interaction_key() ~ ' from ' ~ ref('stg_changed_spans')) }}
