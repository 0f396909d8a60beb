-- One row per rule that rejected something, and one (rule NULL) for what is kept.
-- Reads: judged. `first_rows` are the lowest five row numbers.

select
    rule,
    count(*)::double                                as rows,
    coalesce(sum(line_total), 0)::double            as revenue,
    min(row, 5)::double[]                           as first_rows
from judged
group by rule
