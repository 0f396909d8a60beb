-- One row: lines of a column of numbers by what their text could be, with examples and what stands beside the digits.
-- Reads: number_values.

with placed as (

    select
        *,
        by_point and not by_comma                                                   as only_point,
        by_comma and not by_point                                                   as only_comma,
        by_point and by_comma and regexp_matches(bare, '[.,]')                      as either
    from number_values

)

select
    coalesce(sum(lines) filter (only_point), 0)::double                             as only_point,
    coalesce(sum(lines) filter (only_comma), 0)::double                             as only_comma,
    coalesce(sum(lines) filter (either and contains(bare, '.')), 0)::double         as either_point,
    coalesce(sum(lines) filter (either and contains(bare, ',')), 0)::double         as either_comma,
    coalesce(sum(lines) filter (by_point or by_comma), 0)::double                   as readable,
    min(value) filter (only_point)                                                  as settles_point,
    min(value) filter (only_comma)                                                  as settles_comma,
    min(value) filter (either)                                                      as settles_nothing,
    case
        when bool_or(only_point and contains(bare, ',')) then ','
        when bool_or(only_comma and contains(bare, '.')) then '.'
        when bool_or((by_point or by_comma) and contains(bare, ' ')) then ' '
        when bool_or((by_point or by_comma) and contains(bare, '''')) then ''''
    end                                                                             as grouping,
    coalesce(sum(lines) filter (mark is not null), 0)::double                       as marked,
    min(nullif(before, '')) filter (by_point or by_comma)                           as mark_before,
    min(nullif(behind, '')) filter (by_point or by_comma)                           as mark_behind
from placed
