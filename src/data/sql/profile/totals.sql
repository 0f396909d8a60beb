-- One row: what all lines and returns add up to.
-- Reads: placed, offers, products, customers, returned.

select
    (select count(*) from customers)::double                                   as customers,
    (select count(*) from customers where orders = 1)::double                  as one_order_customers,
    count(*)::double                                                           as orders,
    sum(lines)::double                                                         as lines,
    sum(units)::double                                                         as units,
    sum(revenue)::double                                                       as revenue,
    sum(discount)::double                                                      as discount,
    count(distinct country)::double                                            as countries,
    (select count(*) from products)::double                                    as products,
    (select count(distinct category) from offers)::double                      as categories,
    (select count(*) from returned)::double                                    as returned_lines,
    (select count(distinct customer_id) from returned)::double                 as returning_customers,
    (select coalesce(sum(money), 0) from returned)::double                     as returned,
    (sum(revenue) - (select coalesce(sum(money), 0) from returned))::double    as net_revenue,
    coalesce(bool_and(local_at::time = time '00:00:00')
        or bool_and(placed_at::time = time '00:00:00'), false)                 as dates_only,
    epoch_us(max(placed_at))::double                                           as last_order
from placed
