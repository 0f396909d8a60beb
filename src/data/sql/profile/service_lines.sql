-- One row per product that is probably none, the one with the most revenue first; at most $most.
-- Reads: services.

select
    left(product, 200)              as id,
    left(name, 200)                 as name,
    lines::double                   as lines,
    revenue::double                 as revenue,
    (sum(lines) over ())::double    as all_lines,
    (sum(revenue) over ())::double  as all_revenue,
    (count(*) over ())::double      as products
from services
order by services.revenue desc, id
limit $most
