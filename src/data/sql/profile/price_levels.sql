-- One row per month and per country: how far its prices lie from the products' median prices, as the mean of the logarithms.
-- Reads: offers, products, services. Only products of $least lines and more, and prices less than $ratio times away: wider is a jump.

with compared as (

    select
        month,
        country,
        offers.lines,
        ln(unit_price::double / median_price::double) as distance
    from offers
    join products using (product)
    anti join services using (product)
    where products.lines >= $least and unit_price > 0 and median_price > 0

)

select
    strftime(month, '%Y-%m')                              as month,
    left(country, 200)                                    as country,
    sum(lines)::double                                    as lines,
    round(sum(lines * distance) / sum(lines), 9)::double  as distance
from compared
where abs(distance) < ln($ratio)
group by grouping sets ((month), (country))
having month is not null or country is not null
order by month nulls last, country
