-- One row per customer: what the orders add up to.
-- Reads: orders. Variable: timezone.
-- Money is the dataset's currency, summed as decimals.

create or replace temp table order_totals as

select
    customer_id,
    count(*)         as orders,
    count(*) filter (
        isodow(timezone(getvariable('timezone'), timezone('UTC', placed_at))) >= 6
    )                as weekend_orders,
    min(placed_at)   as first_order,
    max(placed_at)   as last_order,
    sum(spend)       as spend,
    sum(discount)    as discount,
    sum(units)       as units
from orders
group by customer_id
