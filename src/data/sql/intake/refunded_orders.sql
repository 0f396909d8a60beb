-- Orders that were kept, and the share of their money that was given back: at most all of it, since the amount may hold
-- shipping and taxes too.
-- Reads: judged, given_back (row, amount as text: one for each order, or the same in each of its lines).

create temp table refunded_orders as
select order_id, least(amount / total, 1) as share
from (
    select
        order_id,
        abs(max(coalesce(as_money(amount), as_money(replace(replace(amount, '.', ''), ',', '.')))))::double as amount,
        sum(line_total) filter (rule is null)::double                                                       as total
    from judged
    left join given_back using (row)
    where not coalesce(refunded, false)
    group by order_id
)
where amount > 0 and total > 0
