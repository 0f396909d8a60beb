-- The shapes of dates, the commonest first. That of 12/1/2010 8:26 AM is 9/9/Y 9:9 P: four digits are a year, others a
-- number, AM or PM is P, a fraction .f
-- Reads: date_values.

select
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(text, '(:[0-9]{1,2})[.][0-9]+', '\1.f'),
                '[AaPp][Mm]$', 'P'),
            '[0-9]{4}', 'Y', 'g'),
        '[0-9]+', '9', 'g')     as shape
from (
    -- Of texts that differ in their digits alone one is looked at.
    select translate(text, '0123456789', '9999999999') as text, sum(lines) as lines
    from date_values
    group by all
)
group by shape
order by sum(lines) desc, shape
