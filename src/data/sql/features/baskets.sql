-- One row per order with leading products: their ranks as text, for example 3,17,42. The order of rows says nothing.
-- Reads: purchases, leading_products.
--
-- Two bounds keep the work small whatever the data. The latest $orders orders are plenty to count on; and an order of
-- more than $widest lines of leading products restocks a shop and says little about what belongs together.

with latest as (

    select customer_id, order_id
    from purchases
    group by customer_id, order_id
    order by max(ordered_at) desc, customer_id, order_id
    limit $orders

),

baskets as (

    select list(rank) as ranks
    from purchases
    join leading_products using (product)
    join latest using (customer_id, order_id)
    group by customer_id, order_id
    having count(*) <= $widest

)

select array_to_string(ranks, ',') as ranks
from baskets
