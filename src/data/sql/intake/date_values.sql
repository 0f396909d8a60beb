-- One row per different text in the date column: the number of lines that have it, and its shape.
-- The shape of 12/1/2010 8:26 AM is 9/9/Y 9:9 P: four digits are a year, others a number, AM or PM is P, a fraction .f
-- Reads: fields. Macro: date_text, the text as the families of dates read it.

create or replace temp table date_values as
select
    value,
    lines,
    text,
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(text, '(:[0-9]{1,2})[.][0-9]+', '\1.f'),
                '[AaPp][Mm]$', 'P'),
            '[0-9]{4}', 'Y', 'g'),
        '[0-9]+', '9', 'g')     as shape
from (
    select value, lines, date_text(value) as text
    from (
        select clean(ordered_at) as value, count(*) as lines
        from fields
        where not malformed and as_id(ordered_at) is not null
        group by all
    )
)
