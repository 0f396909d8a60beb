-- One row per product that many customers bought, the most widely bought first; at most $most, each with $least buyers or more.
-- Reads: customer_products, purchases. Rank counts from 0; the name is the one that most lines give the product.

create or replace temp table leading_products as

with ranked as (

    select product, row_number() over (order by count(*) desc, product) - 1 as rank
    from customer_products
    group by product
    having count(*) >= $least
    order by rank
    limit $most

),

spellings as (

    select rank, product, product_name, count(*) as lines
    from purchases
    join ranked using (product)
    group by all

),

final as (

    select rank, product, coalesce(product_name, product) as name
    from spellings
    qualify row_number() over (partition by rank order by lines desc, product_name nulls last) = 1

)

select * from final
order by rank
