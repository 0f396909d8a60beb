-- Cancelled and returned lines as positive amounts, of the same countries, products and period as the orders.
-- What was refunded was bought and came back: it is among the orders too.
-- Reads: judged.

select
    row, order_id, product_id, product_name,
    abs(quantity)::decimal(18, 3)     as quantity,
    abs(unit_price)::decimal(18, 4)   as unit_price,
    abs(line_total)::decimal(18, 4)   as line_total,
    ordered_at, customer_id, country, category,
    discount::decimal(18, 4)          as discount,
    cost::decimal(18, 4)              as cost,
    coupon, channel, currency, status
from judged
where in_scope and in_period
    and (rule in ('cancelled_order', 'non_positive_quantity') or (rule is null and refunded))
