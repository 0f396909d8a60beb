-- How single values of a file are read. Text in; NULL where there is nothing or nothing readable.

-- Blanks of every kind around a value mean nothing.
create temp macro clean(value) as
    nullif(trim(value, E' \t\r\n' || chr(160) || chr(65279)), '');

-- Spreadsheets and data frames write a missing value in words, and the id 13085 as 13085.0.
-- (A list and not IN: DuckDB turns IN into a join, which is slow here and loses the order of the rows.)
create temp macro as_id(value) as
    case
        when strlen(clean(value)) <= 4
            and list_contains(['null', 'nan', 'none', 'n/a', '<na>'], lower(clean(value))) then null
        when regexp_full_match(clean(value), '[0-9]+\.0+') then split_part(clean(value), '.', 1)
        else clean(value)
    end;

-- Plain or scientific notation; no thousands separators, no currency signs, no NaN and no infinity.
create temp macro as_quantity(value) as
    case when not contains(value, '_') then try_cast(clean(value) as decimal(18, 3)) end;

create temp macro as_money(value) as
    case when not contains(value, '_') then try_cast(clean(value) as decimal(18, 4)) end;

-- The word for a total in a cell, with a colon, a year or the like behind it.
create temp macro is_total(value) as
    coalesce(regexp_full_match(
        value,
        '(?i)[ \t*=-]*(grand[ -]?|sub[ -]?|sous[ -]?)?(total|totals|totaux|totale|totales|sum|summe|zwischensumme|gesamt|gesamtsumme|gesamtergebnis|endsumme|insgesamt|somme|suma)[ \t:.=*-]*(g[eé]n[eé]ral|amount|[0-9(].{0,20})?'
    ), false);

create temp macro usable_instant(moment) as
    case when moment between timestamp '1900-01-01' and timestamp '2199-12-31 23:59:59.999999' then moment end;

-- C536379: the cancellation of an order, if the file bears it out (evidence.sql).
create temp macro has_cancellation_mark(order_id) as
    coalesce(regexp_matches(trim(order_id, E' \t\r\n' || chr(160) || chr(65279)), '^[Cc][0-9]'), false);

-- Exact, rounded half away from zero; NULL where it is out of range.
-- Small products, nearly all, in 64 bits: 19 digits make DuckDB calculate in 128, which is ten times as slow.
create temp macro times(a, b) as
    case
        when abs(a::double * b::double) < 1e10 then round(a * b, 4)::decimal(18, 4)
        else try_cast(round(a::decimal(19, 4) * b::decimal(19, 4), 4) as decimal(18, 4))
    end;
