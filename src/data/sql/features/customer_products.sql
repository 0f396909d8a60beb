-- One row per customer and product: what the customer spent on it.
-- Reads: purchases.

create or replace temp table customer_products as

select customer_id, product, sum(line_total) as spend
from purchases
where product is not null
group by all
