-- The calls of this refresh that others than ours instrumented, with what their spans say under any of its names. What is
-- said in JSON, and what only one dialect says, its own model adds.
select {{ call_columns() }}

from {{ ref('changed_calls') }}
where dialect != 'spanmart'
