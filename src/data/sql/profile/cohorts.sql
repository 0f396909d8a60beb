-- One row per month of first orders and month since then in which customers of that month ordered.
-- Reads: placed, customers. $first is the earliest month that is told.

select
    cohort::double                       as cohort,
    (month - cohort)::double             as age,
    count(distinct customer_id)::double  as customers,
    count(*)::double                     as orders,
    sum(revenue)::double                 as revenue
from placed
join customers using (customer_id)
where cohort >= $first
group by all
order by cohort, age
