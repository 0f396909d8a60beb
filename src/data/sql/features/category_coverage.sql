-- One row: how many of the lines that count there are, and how many of them name a category.
-- Reads: purchases.

select
    count(*)::double         as lines,
    count(category)::double  as with_category
from purchases
