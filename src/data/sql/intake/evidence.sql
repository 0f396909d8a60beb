-- What the whole file says about its cancellations and its discounts: one row of counts.
-- Reads: fields. Variable: columns.

with lines as not materialized (

    select
        malformed,
        column_says('order_id', has_cancellation_mark(order_id))                        as marked,
        column_says('quantity', as_quantity(quantity) < 0)
            or column_says('line_total', as_money(line_total) < 0)                      as negative,
        of_column('discount', clean(discount))                                          as discount,
        of_column('discount', as_money(rtrim(clean(discount), '% ')))                   as discount_number
    from fields

)

select
    count(*) filter (not malformed)::double                                             as lines,
    count(*) filter (marked)::double                                                    as marked,
    count(*) filter (marked and negative)::double                                       as marked_negative,
    count(*) filter (discount is not null)::double                                      as discounts,
    count(*) filter (discount is not null and discount_number is null)::double          as discounts_unreadable,
    count(*) filter (discount_number <> 0)::double                                      as discounts_given,
    count(*) filter (discount_number <> 0 and contains(discount, '%'))::double          as discounts_with_percent,
    coalesce(max(abs(discount_number)), 0)::double                                      as discount_largest
from lines
