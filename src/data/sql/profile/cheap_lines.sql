-- One row: lines at a price of a cent or less, and lines that brought nothing at all.
-- Reads: offers. $cent is the price in the dataset's currency.

select
    coalesce(sum(lines) filter (unit_price <= $cent and unit_price > 0), 0)::double  as cent_lines,
    coalesce(sum(free_lines), 0)::double                                             as free_lines
from offers
