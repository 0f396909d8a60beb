-- One row per category, the one with the most revenue first; at most $most. A tie goes by name.
-- Reads: purchases.

select category
from purchases
where category is not null
group by category
order by sum(line_total) desc, category
limit $most
