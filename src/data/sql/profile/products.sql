-- One row per product: its most frequent spelling (a tie goes by name), what it brought, and its median price over the lines.
-- Reads: offers.

create or replace temp table products as

with spelled as (

    select product, product_name, sum(lines) as lines
    from offers
    where product is not null
    group by all

),

named as (

    select product, product_name as name
    from spelled
    qualify row_number() over (partition by product order by product_name is null, lines desc, product_name) = 1

),

priced as (

    select product, unit_price, sum(lines) as lines
    from offers
    where product is not null and unit_price is not null
    group by all

),

running as (

    select
        *,
        sum(lines) over (partition by product order by unit_price)  as lines_up_to,
        sum(lines) over (partition by product)                      as all_lines
    from priced

),

medians as (

    select product, min(unit_price) filter (2 * lines_up_to >= all_lines) as median_price
    from running
    group by product

),

sold as (

    select product, sum(lines) as lines, sum(units) as units, sum(revenue) as revenue
    from offers
    where product is not null
    group by product

)

select product, name, lines, units, revenue, median_price
from sold
join named using (product)
left join medians using (product)
