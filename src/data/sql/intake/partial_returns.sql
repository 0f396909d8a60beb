select
    row, order_id, product_id, product_name,
    (quantity * share)::decimal(18, 3)      as quantity,
    unit_price,
    (line_total * share)::decimal(18, 4)    as line_total,
    ordered_at, customer_id, country, category,
    discount::decimal(18, 4)                as discount,
    cost::decimal(18, 4)                    as cost,
    coupon, channel, currency, status
from judged
join refunded_orders using (order_id)
where rule is null and not refunded and in_scope and in_period
