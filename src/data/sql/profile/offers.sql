-- One row per product as it was offered: its spelling, category, country, price and month (UTC). What all figures by product rest on.
-- Reads: lines.

create or replace temp table offers as

select
    product,
    product_name,
    category,
    country,
    unit_price,
    date_trunc('month', ordered_at)        as month,
    count(*)                               as lines,
    count(*) filter (line_total = 0)       as free_lines,
    sum(quantity)                          as units,
    sum(line_total)                        as revenue
from lines
group by all
