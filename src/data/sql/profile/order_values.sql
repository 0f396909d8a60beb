-- One row per different amount of one measure of the orders, ascending, and how many orders have it.
-- Reads: placed. $measure is revenue, units or lines.

with measured as (

    select
        case $measure
            when 'revenue' then revenue::double
            when 'units' then units::double
            else lines::double
        end as value
    from placed

)

select value, count(*)::double as count
from measured
group by value
order by value
