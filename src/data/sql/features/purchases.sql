-- One row per order line that counts: placed after the start of the window, at or before the reference.
-- Reads: orders.parquet. Variables: orders_file, window_start (-infinity without a window), reference.
-- Money is the dataset's currency; times are UTC.

create or replace temp view purchases as

select
    customer_id,
    order_id,
    ordered_at,
    coalesce(product_id, product_name)  as product,
    product_name,
    category,
    quantity,
    line_total,
    abs(coalesce(discount, 0))          as discount   -- shops write 5 off as 5 or as -5
from read_parquet(getvariable('orders_file'))
where ordered_at > getvariable('window_start')
    and ordered_at <= getvariable('reference')
