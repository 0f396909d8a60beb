-- One row per weekday, per hour, and per weekday and hour with orders, by the shop's clock; what is not grouped by is null.
-- Reads: placed. Weekdays are 1 for Monday to 7 for Sunday.

with located as (

    select *, isodow(local_at) as weekday, hour(local_at) as hour
    from placed

)

select
    weekday::double                      as weekday,
    hour::double                         as hour,
    count(*)::double                     as orders,
    count(distinct customer_id)::double  as customers,
    sum(units)::double                   as units,
    sum(revenue)::double                 as revenue
from located
group by grouping sets ((weekday), (hour), (weekday, hour))
order by weekday nulls last, hour nulls last
