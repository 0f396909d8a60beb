-- One row: how many lines repeat an earlier one in every field, and how many are repeated.
-- Reads: lines. Lines are compared by a 64-bit hash of their fields.

with counted as (

    select
        hash(customer_id, order_id, product, product_name, quantity, unit_price, line_total, ordered_at) as line,
        count(*) as times
    from lines
    group by line

)

select
    coalesce(sum(times - 1), 0)::double  as repeats,
    count_if(times > 1)::double          as repeated
from counted
