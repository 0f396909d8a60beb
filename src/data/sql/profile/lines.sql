-- One row per kept order line. Money is the dataset's currency; times are UTC.
-- Reads: orders.parquet. Variable: orders_file.

create or replace temp view lines as

select
    row,
    customer_id,
    order_id,
    ordered_at,
    coalesce(product_id, product_name)  as product,
    product_name,
    category,
    country,
    quantity,
    unit_price,
    line_total,
    abs(coalesce(discount, 0))          as discount   -- shops write 5 off as 5 or as -5
from read_parquet(getvariable('orders_file'))
