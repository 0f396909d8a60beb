-- One row per calendar day with orders, in order; `day` counts days since 1970-01-01 by the shop's calendar.
-- Reads: placed.

select
    date_diff('day', date '1970-01-01', local_at::date)::double  as day,
    count(*)::double                                             as orders,
    sum(revenue)::double                                         as revenue
from placed
group by day
order by day
