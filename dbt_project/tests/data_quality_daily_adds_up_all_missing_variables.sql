select
    (select count(*) from {{ ref('missing_variables') }}) as unusable,
    (select coalesce(sum(missing + empty + invalid), 0) from {{ ref('data_quality_daily') }}) as unusable_in_days
where unusable != unusable_in_days
