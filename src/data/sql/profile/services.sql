-- One row per product that is probably none: its code or name is a known word for a service, or its code has no digit where
-- nearly all others have one.
-- Reads: products. $words is the pattern of the known words, $digits the share of lines from which codes without digits stand out.

create or replace temp table services as

with habits as (

    select sum(lines) filter (regexp_matches(product, '[0-9]')) >= $digits * sum(lines) as codes_have_digits
    from products

)

select product, name, lines, revenue
from products, habits
where regexp_matches(product, $words)
    or coalesce(regexp_matches(name, $words), false)
    or (codes_have_digits and not regexp_matches(product, '[0-9]'))
