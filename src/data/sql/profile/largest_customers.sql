-- One row per customer whose revenue or units per order lie beyond a limit, the one with the most revenue first; at most $most.
-- Reads: customers.

select
    left(customer_id, 200)                as customer_id,
    spend::double                         as revenue,
    orders::double                        as orders,
    units::double / orders                as units_per_order,
    (sum(spend) over ())::double          as all_revenue,
    (count(*) over ())::double            as customers
from customers
where spend::double > $revenue_limit or units::double / orders > $units_limit
order by spend desc, customer_id
limit $most
