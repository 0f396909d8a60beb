-- The classified lines with the last rule, the period, applied.
-- Reads: classified. Variables: period_from, period_to (UTC, both inclusive; NULL: open).

create temp macro is_in_period(moment) as
    coalesce(moment >= getvariable('period_from'), true) and coalesce(moment <= getvariable('period_to'), true);

create temp macro last_rule(rule, moment) as
    coalesce(rule, case when not is_in_period(moment) then 'outside_period'::cleansing_rule end);

create temp view judged as
select * replace (last_rule(rule, ordered_at) as rule), is_in_period(ordered_at) as in_period
from classified
