-- One row per cancelled or returned line of the same time as the purchases that count.
-- Reads: returns.parquet. Variables: returns_file, window_start, reference.
-- Money is the dataset's currency, at least 0 whichever sign the file gives it.

create or replace temp view returned_lines as

select
    customer_id,
    abs(line_total)  as returned
from read_parquet(getvariable('returns_file'))
where ordered_at > getvariable('window_start')
    and ordered_at <= getvariable('reference')
