-- One row per order with leading products: their ranks as text, for example 3,17,42. The order of rows says nothing.
-- Reads: purchases, leading_products.
--
-- Two bounds keep the work small whatever the data. An order of more than $widest lines of leading products restocks
-- a shop and says little about what belongs together; and the latest $orders orders are plenty to count on.

with baskets as (

    select customer_id, order_id, max(ordered_at) as placed_at, list(rank) as ranks
    from purchases
    join leading_products using (product)
    group by customer_id, order_id
    having count(*) <= $widest

),

latest as (

    select ranks
    from baskets
    order by placed_at desc, customer_id, order_id
    limit $orders

)

select array_to_string(ranks, ',') as ranks
from latest
