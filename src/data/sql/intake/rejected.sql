-- Every row that is not kept, under the first rule it breaks, with its values as they came (JSON by column name).
-- Reads: judged, raw_rows.

select judged.row, judged.rule, raw_rows.raw
from judged
join raw_rows using (row)
where judged.rule is not null
order by judged.row
