{{ config(materialized='replaced', database='scratch') }}

-- One row per call of this refresh: at the prices of its time, at those of today, and as it was booked when it landed.
{{ costs_of(ref('int_interactions_normalised'), ['interaction_id']) }}
