-- One row: order ids that more than one customer has, and orders whose lines lie on more than one day of the shop's calendar.
-- Reads: placed. Variable: timezone.

with ids as (

    select
        order_id,
        count(*) as customers,
        bool_or(
            local_at::date
            <> timezone(getvariable('timezone'), timezone('UTC', last_line_at))::date
        ) as over_days
    from placed
    group by order_id

)

select
    count(*)::double                               as orders,
    count_if(customers > 1)::double                as of_several_customers,
    count_if(over_days)::double                    as over_several_days,
    left(min(order_id) filter (customers > 1), 200)  as example_customers,
    left(min(order_id) filter (over_days), 200)      as example_days
from ids
