-- The classified lines with the last rule, the period, applied.
-- Reads: classified. Variables: period_from, period_to (UTC, both inclusive; NULL: open).

create temp view judged as
select * replace (coalesce(rule, case when not in_period then 'outside_period' end) as rule)
from (
    select
        *,
        coalesce(ordered_at >= getvariable('period_from'), true)
            and coalesce(ordered_at <= getvariable('period_to'), true)    as in_period
    from classified
)
