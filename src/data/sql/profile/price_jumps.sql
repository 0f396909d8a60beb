-- One row per product with prices far from its usual one: $ratio times its median price or more, or as many times less.
-- Reads: offers, products, services. Products with fewer than $least lines have no usual price. At most $most, the widest jump first.

with jumps as (

    select
        product,
        name,
        median_price::double                                                       as median_price,
        unit_price::double                                                         as price,
        offers.lines,
        greatest(unit_price / median_price::double, median_price / unit_price::double)  as ratio
    from offers
    join products using (product)
    anti join services using (product)
    where products.lines >= $least and unit_price > 0 and median_price > 0

),

far as (

    select * from jumps where ratio >= $ratio

)

select
    left(product, 200)             as id,
    left(name, 200)                as name,
    any_value(median_price)        as median_price,
    arg_max(price, (ratio, price))  as price,
    max(ratio)                     as ratio,
    sum(lines)::double             as lines,
    count(*) over ()::double       as products
from far
group by product, name
order by ratio desc, id
limit $most
