-- One row per customer and category: what the customer spent there. group_index is null outside the leading categories.
-- Reads: purchases, group_members.

create or replace temp table shelf_spend as

with by_category as (

    select customer_id, category, sum(line_total) as spend
    from purchases
    where category is not null
    group by all

)

select customer_id, group_index, spend
from by_category
left join group_members on key = category
