-- One row: what the kept lines add up to. Money to four decimals, exact.
-- Reads: kept (orders.parquet), returned (returns.parquet).

select
    count(*)::double                                                    as rows_kept,
    count(distinct order_id)::double                                    as orders,
    count(distinct customer_id)::double                                 as customers,
    count(distinct product_id)::double                                  as products,
    count(distinct country)::double                                     as countries,
    coalesce(sum(line_total), 0)::double                                as revenue,
    (
        coalesce(sum(line_total), 0)
        - (select coalesce(sum(line_total), 0) from returned)
    )::double                                                           as net_revenue,
    epoch_us(min(ordered_at))::double                                   as first_order,   -- microseconds since 1970
    epoch_us(max(ordered_at))::double                                   as last_order,
    (
        count(*) filter (ordered_at > (now() at time zone 'UTC') + interval 1 day)
    )::double                                                           as future
from kept
