-- One row per category, the one with the most revenue first; at most $most. A tie goes by name.
-- Reads: offers, lines, returned.

with foremost as (

    select category, sum(revenue) as revenue, sum(units) as units
    from offers
    where category is not null
    group by category
    order by revenue desc, category
    limit $most

),

bought as (

    select category, customer_id, order_id
    from lines
    semi join foremost using (category)
    group by all

),

buyers as (

    select category, count(*) as orders, count(distinct customer_id) as customers
    from bought
    group by category

),

sent_back as (

    select category, sum(money) as returned
    from returned
    semi join foremost using (category)
    group by category

)

select
    left(category, 200)            as id,
    null::varchar                  as name,
    foremost.revenue::double        as revenue,
    foremost.units::double          as units,
    orders::double                 as orders,
    customers::double              as customers,
    coalesce(returned, 0)::double  as returned
from foremost
join buyers using (category)
left join sent_back using (category)
order by revenue desc, id
