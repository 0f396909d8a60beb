-- One row per order: when it was placed, and what its lines add up to.
-- Reads: purchases.
-- Money is the dataset's currency, summed as decimals.

create or replace temp table orders as

select
    customer_id,
    order_id,
    min(ordered_at)  as placed_at,   -- an order's time is that of its first line
    max(ordered_at)  as ended_at,
    sum(line_total)  as spend,
    sum(quantity)    as units,
    sum(discount)    as discount
from purchases
group by customer_id, order_id
