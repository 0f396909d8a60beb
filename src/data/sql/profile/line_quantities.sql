-- One row per different quantity of a line, ascending, and how many lines have it.
-- Reads: lines.

select quantity::double as value, count(*)::double as count
from lines
group by quantity
order by quantity
