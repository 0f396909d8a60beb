-- One row per length of time from one order of a customer to the next, ascending, and how often it comes. In days.
-- Reads: placed.

with following as (

    select placed_at - lag(placed_at) over (partition by customer_id order by placed_at, order_id) as gap
    from placed

)

select epoch_us(gap)::double / 86400000000 as value, count(*)::double as count
from following
where gap is not null
group by value
order by value
