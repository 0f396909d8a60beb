-- One row per cancelled or returned line; money at least 0 whichever sign the file gives it.
-- Reads: returns.parquet. Variable: returns_file.

create or replace temp view returned as

select
    customer_id,
    coalesce(product_id, product_name)  as product,
    category,
    country,
    abs(line_total)                     as money
from read_parquet(getvariable('returns_file'))
