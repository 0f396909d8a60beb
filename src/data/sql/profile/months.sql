-- One row per month with orders, in order. A customer is new in the month of the first order, with all orders of that month.
-- Reads: placed, customers.

select
    month::double                                                           as month,
    count(*)::double                                                        as orders,
    count(distinct customer_id)::double                                     as customers,
    sum(placed.units)::double                                               as units,
    sum(revenue)::double                                                    as revenue,
    count(*) filter (month = cohort)::double                                as new_orders,
    count(distinct customer_id) filter (month = cohort)::double             as new_customers,
    coalesce(sum(revenue) filter (month = cohort), 0)::double               as new_revenue,
    coalesce(sum(revenue) filter (month <> cohort), 0)::double              as returning_revenue
from placed
join customers using (customer_id)
group by month
order by month
