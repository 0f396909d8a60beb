-- One row per different text in the date column: the number of lines that have it.
-- Reads: fields. Macro: date_text, the text as the families of dates read it.

create or replace temp table date_values as
select value, lines, date_text(value) as text
from (
    select clean(ordered_at) as value, sum(lines) as lines
    from (select ordered_at, count(*) as lines from fields where not malformed group by all)
    where as_id(ordered_at) is not null
    group by all
)
