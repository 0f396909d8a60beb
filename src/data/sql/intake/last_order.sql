-- The last order that everything but the period keeps, at or before the end of the period; NULL when there is none.
-- Reads: classified. Variables: period_to (NULL: no end).

select max(ordered_at) as last_order
from classified
where rule is null and ordered_at <= coalesce(getvariable('period_to'), timestamp 'infinity')
