-- Cancelled and returned lines as positive amounts, of the same countries, products and period as the orders.
-- Reads: judged.

select
    row, order_id, product_id, product_name,
    abs(quantity)::decimal(18, 3)     as quantity,
    abs(unit_price)::decimal(18, 4)   as unit_price,
    abs(line_total)::decimal(18, 4)   as line_total,
    ordered_at, customer_id, country, category,
    discount::decimal(18, 4)          as discount
from judged
where rule in ('cancelled_order', 'non_positive_quantity') and in_scope and in_period
