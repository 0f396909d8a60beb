-- One row per line of a leading product in the latest $orders orders: a number of the order, and the product's rank.
-- Neither the order of rows nor which number an order has says anything.
-- Reads: purchases, orders, leading_products.

with latest as (

    select customer_id, order_id
    from orders
    order by ended_at desc, customer_id, order_id
    limit $orders

),

numbered as (

    select customer_id, order_id, row_number() over () - 1 as basket
    from latest

)

select
    basket::double  as basket,
    rank::double    as rank
from purchases
join leading_products using (product)
join numbered using (customer_id, order_id)
