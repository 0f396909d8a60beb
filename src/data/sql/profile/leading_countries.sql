-- One row per country, the one with the most revenue first; at most $most. A tie goes by name.
-- Reads: placed, returned.

with sent_back as (

    select country, sum(money) as returned
    from returned
    group by country

)

select
    left(country, 200)                    as id,
    null::varchar                         as name,
    sum(revenue)::double                  as revenue,
    sum(units)::double                    as units,
    count(*)::double                      as orders,
    count(distinct customer_id)::double   as customers,
    coalesce(any_value(returned), 0)::double   as returned
from placed
left join sent_back using (country)
where country is not null
group by country
order by revenue desc, id
limit $most
