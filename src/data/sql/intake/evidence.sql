-- What the whole file says about its cancellations and its discounts: one row of counts.
-- Reads: fields.

with lines as not materialized (

    select
        has_cancellation_mark(order_id)                                                 as marked,
        case
            when has_cancellation_mark(order_id)
            then coalesce(as_quantity(quantity) < 0 or as_money(line_total) < 0, false)
        end                                                                             as marked_negative,
        clean(discount)                                                                 as discount,
        as_money(rtrim(clean(discount), '% '))                                          as discount_number
    from fields
    where not malformed

)

select
    count(*)::double                                                                    as lines,
    count(*) filter (marked)::double                                                    as marked,
    count(*) filter (marked_negative)::double                                           as marked_negative,
    count(*) filter (discount is not null)::double                                      as discounts,
    count(*) filter (discount is not null and discount_number is null)::double          as discounts_unreadable,
    count(*) filter (discount_number <> 0)::double                                      as discounts_given,
    count(*) filter (discount_number <> 0 and contains(discount, '%'))::double          as discounts_with_percent,
    coalesce(max(abs(discount_number)), 0)::double                                      as discount_largest
from lines
