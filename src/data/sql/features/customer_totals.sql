-- One row per customer, in the order of customer_id's code points: what the formulas in domain/features/customer-totals.ts take.
-- Reads: order_totals, customer_products, shelf_spend, returned_lines. Variable: by_category.
-- Money is the dataset's currency, summed as decimals and made double last, so that no order of rows changes a bit.
-- Instants are microseconds since 1970 UTC. Null where unknown.

with product_totals as (

    select customer_id, count(*) as products
    from customer_products
    group by customer_id

),

shelf_totals as (

    select
        customer_id,
        count(*)                                     as shelves,
        sum(spend) filter (group_index = 0)::double  as spend_0,
        sum(spend) filter (group_index = 1)::double  as spend_1,
        sum(spend) filter (group_index = 2)::double  as spend_2,
        sum(spend) filter (group_index = 3)::double  as spend_3,
        sum(spend) filter (group_index = 4)::double  as spend_4,
        sum(spend) filter (group_index = 5)::double  as spend_5,
        sum(spend) filter (group_index = 6)::double  as spend_6,
        sum(spend) filter (group_index = 7)::double  as spend_7
    from shelf_spend
    group by customer_id

),

return_totals as (

    select customer_id, sum(returned) as returned
    from returned_lines
    group by customer_id

),

final as (

    select
        customer_id,
        orders::double                          as orders,
        weekend_orders::double                  as weekend_orders,
        epoch_us(first_order)::double           as first_order,
        epoch_us(last_order)::double            as last_order,
        spend::double                           as spend,
        discount::double                        as discount,
        units::double                           as units,
        coalesce(returned, 0)::double           as returned,
        products::double                        as products,
        case
            when getvariable('by_category') then shelves
            when products is not null then coalesce(shelves, 0)
        end::double                             as categories,
        columns('spend_[0-7]')
    from order_totals
    left join product_totals using (customer_id)
    left join shelf_totals using (customer_id)
    left join return_totals using (customer_id)

)

select * from final
order by customer_id
