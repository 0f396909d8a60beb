-- One row per product, the one with the most revenue first; at most $most. A tie goes by id.
-- Reads: products, lines, returned.

with foremost as (

    select *
    from products
    order by revenue desc, product
    limit $most

),

bought as (

    select product, customer_id, order_id
    from lines
    semi join foremost using (product)
    group by all

),

buyers as (

    select product, count(*) as orders, count(distinct customer_id) as customers
    from bought
    group by product

),

sent_back as (

    select product, sum(money) as returned
    from returned
    semi join foremost using (product)
    group by product

)

select
    left(product, 200)             as id,
    left(name, 200)                as name,
    foremost.revenue::double        as revenue,
    foremost.units::double          as units,
    orders::double                 as orders,
    customers::double              as customers,
    coalesce(returned, 0)::double  as returned
from foremost
join buyers using (product)
left join sent_back using (product)
order by revenue desc, id
