-- One row per different revenue of a product, ascending, and how many products have it.
-- Reads: products.

select revenue::double as value, count(*)::double as count
from products
group by revenue
order by revenue
