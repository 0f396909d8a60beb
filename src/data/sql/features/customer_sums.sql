-- One row: how many customers there are, the bytes of their ids as UTF-8, and what they spent.
-- Reads: order_totals. Money is the dataset's currency, summed as decimals.

select
    count(*)::double                            as customers,
    coalesce(sum(strlen(customer_id)), 0)::double  as id_bytes,
    coalesce(sum(spend), 0)::double             as revenue
from order_totals
