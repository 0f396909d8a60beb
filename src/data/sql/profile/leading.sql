-- One row per product or per category, the one with the most revenue first; at most $most. A tie goes by name.
-- Reads: offers, products, lines, returned. $by is 'product' or 'category'.

with foremost as (

    select
        case $by when 'product' then product else category end as id,
        sum(revenue)                                           as revenue,
        sum(units)                                             as units
    from offers
    group by all
    having id is not null
    order by revenue desc, id
    limit $most

),

bought as (

    select case $by when 'product' then product else category end as id, customer_id, order_id
    from lines
    where id in (select id from foremost)
    group by all

),

buyers as (

    select id, count(*) as orders, count(distinct customer_id) as customers
    from bought
    group by id

),

sent_back as (

    select case $by when 'product' then product else category end as id, sum(money) as returned
    from returned
    group by all

)

select
    left(foremost.id, 200)                                          as id,
    case $by when 'product' then left(products.name, 200) end       as name,
    foremost.revenue::double                                        as revenue,
    foremost.units::double                                          as units,
    orders::double                                                  as orders,
    customers::double                                               as customers,
    coalesce(returned, 0)::double                                   as returned
from foremost
join buyers using (id)
left join sent_back using (id)
left join products on $by = 'product' and products.product = foremost.id
order by revenue desc, foremost.id
