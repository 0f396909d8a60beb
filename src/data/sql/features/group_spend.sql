-- One row per customer and product group: what the customer spent there.
-- Reads: customer_products, group_members.

create or replace temp table shelf_spend as

select customer_id, group_index, sum(spend) as spend
from customer_products
join group_members on key = product
group by all
