-- One row per different unit price, ascending, and how many lines have it.
-- Reads: offers.

select unit_price::double as value, sum(lines)::double as count
from offers
where unit_price is not null
group by unit_price
order by unit_price
