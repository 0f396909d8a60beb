-- One row per row of the file, in its order: its values read, and the first rule it breaks (NULL when none).
-- The period is left to the end: the rolling window starts from the last order that is kept otherwise.
-- Reads: lines. Macros: as_instant, made by the decision about dates; coded_<field>, which may make a number of a text.
-- Variables: columns (fields that the file has columns for), totalled (fields of which some text may be a total), timezone,
-- cancellations, discount_unit ('amount', 'share', 'percent'), countries, order_id_pattern, product_id_pattern (NULL: no
-- such filter), cancelled_statuses, refunded_statuses (lists, in lower case).

with read_values as not materialized (

    select
        row,
        malformed,
        repeated,
        called_off
            or column_says('status', list_contains(getvariable('cancelled_statuses'), lower(clean(status))))
                                                                        as called_off,
        of_column('customer_id', as_id(customer_id))                    as customer_id,
        of_column('order_id', as_id(order_id))                          as given_order_id,
        column_says('order_id', has_cancellation_mark(order_id))        as marked,
        of_column('product_id', as_id(product_id))                      as product_id,
        of_column('product_name', clean(product_name))                  as product_name,
        of_column('country', clean(country))                            as country,
        of_column('category', clean(category))                          as category,
        of_column('coupon', clean(coupon))                              as coupon,
        of_column('channel', clean(channel))                            as channel,
        of_column('currency', upper(as_id(currency)))                   as currency,
        of_column('status', lower(clean(status)))                       as status,
        as_instant(clean(ordered_at))                                   as ordered_at,
        of_column('quantity', as_quantity(quantity))                    as given_quantity,
        of_column('unit_price', as_id(unit_price))                      as unit_price_text,
        of_column('unit_price', as_money(unit_price))                   as given_unit_price,
        of_column('line_total', as_id(line_total))                      as line_total_text,
        of_column('line_total', as_money(line_total))                   as given_line_total,
        of_column('discount', as_money(rtrim(clean(discount), '% ')))   as discount_number,
        of_column('cost', as_money(cost))                               as cost,
        -- Rows that spreadsheets and queries add: totals, and delimiters without values.
        clean(ordered_at) is null or says_total('ordered_at', ordered_at) as without_date,
        says_total('first', first)
            or says_total('order_id', order_id)
            or says_total('product_id', product_id)
            or says_total('product_name', product_name)
            or says_total('customer_id', customer_id)
            or says_total('ordered_at', ordered_at)
            or says_total('country', country)
            or says_total('category', category)                         as says_total,
        coalesce(
            of_column('order_id', clean(order_id)), of_column('product_id', clean(product_id)), clean(ordered_at),
            of_column('quantity', clean(quantity)), of_column('unit_price', clean(unit_price)),
            of_column('line_total', clean(line_total)), of_column('product_name', clean(product_name)),
            of_column('customer_id', clean(customer_id))
        ) is null                                                       as says_nothing
    from lines

),

quantified as not materialized (

    select
        *,
        (customer_id is null or without_date) and (says_total or says_nothing)                as not_a_line,
        case
            when has_column('quantity') then given_quantity
            when given_line_total < 0 then -1
            else 1
        end                                                                                   as quantity
    from read_values

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
            when has_column('order_id') then given_order_id
            -- Customer and calendar day stand for the order.
            else customer_id || ' ' || case
                when getvariable('timezone') = 'UTC' then ordered_at::date
                else timezone(getvariable('timezone'), ordered_at::timestamptz)::date
            end::varchar
        end                                                                                   as order_id
    from quantified

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
        when has_column('order_id') and order_id is null then 'missing_order_id'
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
    end::cleansing_rule                                                                       as rule,
    -- An order that was called off was no purchase, so nothing of it came back either.
    order_id_fits and product_id_fits and country_fits and not repeated and not called_off    as in_scope,
    coded_order_id(order_id)                                                                  as order_id,
    coded_product_id(product_id)                                                              as product_id,
    coded_product_name(product_name)                                                          as product_name,
    quantity,
    unit_price,
    case when not price_unreadable and not not_a_line then line_total end                      as line_total,
    ordered_at,
    coded_customer_id(customer_id)                                                            as customer_id,
    coded_country(country)                                                                    as country,
    coded_category(category)                                                                  as category,
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
