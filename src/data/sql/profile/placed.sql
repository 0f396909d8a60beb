-- One row per order: one customer and one order id. It counts at the time and in the country of its first line.
-- Reads: lines. Variable: timezone. `local_at` is the shop's clock; `month` counts months since year 0.

create or replace temp table placed as

with orders as (

    select
        customer_id,
        order_id,
        min(ordered_at)        as placed_at,
        max(ordered_at)        as last_line_at,
        arg_min(country, row)  as country,
        sum(line_total)        as revenue,
        sum(quantity)          as units,
        sum(discount)          as discount,
        count(*)               as lines
    from lines
    group by customer_id, order_id

),

located as (

    select *, timezone(getvariable('timezone'), timezone('UTC', placed_at)) as local_at
    from orders

)

select *, year(local_at) * 12 + month(local_at) - 1 as month
from located
