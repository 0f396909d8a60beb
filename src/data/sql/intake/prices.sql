-- What quantities, prices and totals of the first 100,000 rows say about each other: one row of counts.
-- Two amounts are the same within half a percent or two cents.
-- Reads: fields.

with lines as not materialized (

    select
        as_id(order_id)                     as order_id,
        coalesce(as_id(product_id), clean(product_name), clean(category))    as product,
        as_quantity(quantity)::double       as quantity,
        as_money(unit_price)::double        as price,
        as_money(line_total)::double        as total
    from fields
    where not malformed and row <= 100000

),

compared as (

    select
        *,
        abs(total - quantity * price) <= 0.02 + 0.005 * abs(total)    as is_product,
        abs(total - price) <= 0.02 + 0.005 * abs(total)               as is_price
    from lines

),

orders as (

    select
        count(total) > 1 and min(total) = max(total)    as same_total,
        count(total) = 1                                as single_total
    from compared
    where order_id is not null and price is not null and quantity is not null
    group by order_id
    having count(*) > 1

),

products as (

    select
        count(distinct round(price, 2))                 as prices,
        count(distinct round(price / quantity, 2))      as unit_prices,
        count(distinct round(total, 2))                 as totals,
        count(distinct round(total / quantity, 2))      as unit_totals
    from lines
    where product is not null and quantity > 0
    group by product
    having count(distinct quantity) > 1

)

select
    count(*) filter (is_product is not null)::double                            as lines,
    count(*) filter (is_product)::double                                        as products,
    count(*) filter (abs(quantity) > 1 and is_product is not null)::double      as several,
    count(*) filter (abs(quantity) > 1 and is_product)::double                  as several_products,
    count(*) filter (abs(quantity) > 1 and is_price)::double                    as several_prices,
    (select count(*) from orders)::double                                       as orders,
    (select count(*) filter (same_total) from orders)::double                   as same_total,
    (select count(*) filter (single_total) from orders)::double                 as single_total,
    (select count(*) filter (prices > 0) from products)::double                 as compared,
    (select coalesce(sum(prices), 0) from products)::double                     as price_levels,
    (select coalesce(sum(unit_prices), 0) from products)::double                as unit_levels,
    (select count(*) filter (totals > 0) from products)::double                 as totals_compared,
    (select coalesce(sum(totals), 0) from products)::double                     as total_levels,
    (select coalesce(sum(unit_totals), 0) from products)::double                as unit_total_levels
from compared
