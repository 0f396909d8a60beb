-- The lines that are kept, in the order of the file. Money is the dataset's currency, times are UTC.
-- Reads: judged.

select
    row, order_id, product_id, product_name, quantity, unit_price, line_total, ordered_at,
    customer_id, country, category, discount::decimal(18, 4) as discount,
    cost::decimal(18, 4) as cost, coupon, channel, currency, status
from judged
where rule is null
