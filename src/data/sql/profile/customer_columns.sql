-- One row per customer, in the order of customer_id's code points: what the formulas of the features take.
-- Reads: customers. Instants are microseconds since 1970 UTC.

select
    orders::double                 as orders,
    weekend_orders::double         as weekend_orders,
    epoch_us(first_order)::double  as first_order,
    epoch_us(last_order)::double   as last_order,
    spend::double                  as spend,
    units::double                  as units,
    discount::double               as discount,
    returned::double               as returned
from customers
order by customer_id
