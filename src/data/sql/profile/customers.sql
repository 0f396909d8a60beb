-- One row per customer: what the orders add up to, and the month of the first one.
-- Reads: placed, returned.

create or replace temp table customers as

with bought as (

    select
        customer_id,
        count(*)                                         as orders,
        count(*) filter (isodow(local_at) >= 6)          as weekend_orders,
        min(placed_at)                                   as first_order,
        max(placed_at)                                   as last_order,
        sum(revenue)                                     as spend,
        sum(units)                                       as units,
        sum(discount)                                    as discount,
        min(month)                                       as cohort
    from placed
    group by customer_id

),

sent_back as (

    select customer_id, sum(money) as returned
    from returned
    group by customer_id

)

select bought.*, coalesce(returned, 0) as returned
from bought
left join sent_back using (customer_id)
