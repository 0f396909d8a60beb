-- One row per row of the file, in its order: its values read, and the first rule it breaks (NULL when none).
-- The period is left to the end: the rolling window starts from the last order that is kept otherwise.
-- Reads: fields. Macros: as_instant, made by the decision about dates.
-- Variables: has_order_id, has_unit_price, has_line_total, has_quantity (columns of the file), timezone, cancellations,
-- discount_unit ('amount', 'share', 'percent'), countries, order_id_pattern, product_id_pattern (NULL: no such filter),
-- cancelled_statuses, refunded_statuses (lists, in lower case).

with read_values as not materialized (

    select
        row,
        malformed,
        repeated,
        called_off or coalesce(list_contains(getvariable('cancelled_statuses'), lower(clean(status))), false)
                                        as called_off,
        -- Rows that spreadsheets and queries add: totals, and delimiters without values.
        (as_id(customer_id) is null or clean(ordered_at) is null or is_total(ordered_at)) and (
            is_total(first) or is_total(order_id) or is_total(product_id) or is_total(product_name)
            or is_total(customer_id) or is_total(ordered_at) or is_total(country) or is_total(category)
            or coalesce(
                clean(customer_id), clean(order_id), clean(product_id), clean(product_name), clean(ordered_at),
                clean(quantity), clean(unit_price), clean(line_total)
            ) is null
        )                               as not_a_line,
        as_id(customer_id)              as customer_id,
        as_id(order_id)                 as given_order_id,
        as_id(product_id)               as product_id,
        clean(product_name)             as product_name,
        clean(country)                  as country,
        clean(category)                 as category,
        clean(coupon)                   as coupon,
        clean(channel)                  as channel,
        upper(as_id(currency))          as currency,
        lower(clean(status))            as status,
        as_money(cost)                  as cost,
        as_instant(clean(ordered_at))   as ordered_at,
        as_id(unit_price)               as unit_price_text,
        as_id(line_total)               as line_total_text,
        as_money(unit_price)            as given_unit_price,
        as_money(line_total)            as given_line_total,
        case
            when getvariable('has_quantity') then as_quantity(quantity)
            when as_money(line_total) < 0 then -1
            else 1
        end                             as quantity,
        as_money(rtrim(clean(discount), '% ')) as discount_number,
        -- Of the text as it stands, which DuckDB looks at once for all lines that have it.
        has_cancellation_mark(order_id) as marked
    from fields

),

-- A price stands for a total and a total for a price; one that is there but unreadable spoils the line.
priced as not materialized (

    select
        *,
        (unit_price_text is not null and given_unit_price is null)
            or (line_total_text is not null and given_line_total is null)                     as price_unreadable,
        coalesce(
            given_unit_price,
            try_cast(round(given_line_total::double / nullif(quantity, 0)::double, 4) as decimal(18, 4))
        )                                                                                     as unit_price,
        coalesce(
            given_line_total,
            times(quantity, given_unit_price)
        )                                                                                     as line_total,
        case
            when getvariable('has_order_id') then given_order_id
            -- Customer and calendar day stand for the order.
            else customer_id || ' ' || case
                when getvariable('timezone') = 'UTC' then ordered_at::date
                else timezone(getvariable('timezone'), ordered_at::timestamptz)::date
            end::varchar
        end                                                                                   as order_id
    from read_values

),

-- A cancelled order is found by the pattern of the orders too: its mark is no part of the id that it cancels.
filtered as not materialized (

    select
        *,
        getvariable('cancellations') and marked                                               as cancelled,
        coalesce(
            getvariable('order_id_pattern') is null
                or regexp_matches(order_id, getvariable('order_id_pattern'))
                or (
                    getvariable('cancellations') and marked
                    and regexp_matches(substr(order_id, 2), getvariable('order_id_pattern'))
                ), false)                                                                     as order_id_fits,
        coalesce(
            getvariable('product_id_pattern') is null
                or regexp_matches(product_id, getvariable('product_id_pattern')), false)      as product_id_fits,
        coalesce(
            getvariable('countries') is null
                or list_contains(getvariable('countries'), lower(country)), false)            as country_fits
    from priced

)

select
    row,
    case
        when malformed then 'malformed_row'
        when not_a_line then 'not_an_order_line'
        when customer_id is null then 'missing_customer_id'
        when getvariable('has_order_id') and order_id is null then 'missing_order_id'
        when ordered_at is null then 'invalid_date'
        -- What was called off often has no amounts any more.
        when called_off then 'cancelled_order'
        when quantity is null then 'invalid_quantity'
        when price_unreadable or line_total is null or (unit_price is null and quantity <> 0) then 'invalid_price'
        when cancelled then 'cancelled_order'
        when quantity <= 0 then 'non_positive_quantity'
        when unit_price <= 0 or line_total < 0 then 'non_positive_price'
        when not order_id_fits then 'order_id_mismatch'
        when not product_id_fits then 'product_id_mismatch'
        when repeated then 'duplicate_row'
        when not country_fits then 'outside_country'
    end                                                                                       as rule,
    -- An order that was called off was no purchase, so nothing of it came back either.
    order_id_fits and product_id_fits and country_fits and not repeated and not called_off    as in_scope,
    order_id,
    product_id,
    product_name,
    quantity,
    unit_price,
    case when not price_unreadable and not not_a_line then line_total end                      as line_total,
    ordered_at,
    customer_id,
    country,
    category,
    -- Shops write 5 off as 5 or as -5.
    case getvariable('discount_unit')
        when 'amount' then abs(discount_number)
        when 'share' then abs(times(discount_number, times(quantity, unit_price)))
        when 'percent' then abs(times(discount_number, try_cast(times(quantity, unit_price) / 100 as decimal(18, 4))))
    end                                                                                       as discount,
    cost,
    coupon,
    channel,
    currency,
    status,
    coalesce(list_contains(getvariable('refunded_statuses'), status), false)                  as refunded
from filtered
