-- How single values of a file are read. Text in; NULL where there is nothing or nothing readable.
--
-- A shop repeats its texts, and a staged column knows them: DuckDB calculates a function of such a column once for each
-- different text. CASE and CAST it calculates for every row, unless they stand inside a function: the one of a list of one.

-- What the file has no column for is decided before its rows are gone through, and costs nothing.
-- Variable: columns (the fields that it has columns for).
create temp macro has_column(field) as list_contains(getvariable('columns'), field);
create temp macro of_column(field, value) as case when has_column(field) then value end;
create temp macro column_says(field, condition) as case when has_column(field) then coalesce(condition, false) else false end;

-- Blanks of every kind around a value mean nothing. Most values have none, and to see that takes a fifth of looking for them.
create temp macro tidied(value) as
    if(
        ord(value) between ord('!') and ord('~') and value[-1] between '!' and '~',
        value,
        nullif(trim(value, E' \t\r\n' || chr(160) || chr(65279)), '')
    );

create temp macro clean(value) as
    list_transform([value], lambda text: tidied(text))[1];

-- Spreadsheets and data frames write a missing value in words, and the id 13085 as 13085.0.
-- (A list and not IN: DuckDB turns IN into a join, which is slow here and loses the order of the rows.)
create temp macro as_id(value) as
    list_transform([clean(value)], lambda text: case
        when strlen(text) <= 4 and list_contains(['null', 'nan', 'none', 'n/a', '<na>'], lower(text)) then null
        when regexp_full_match(text, '[0-9]+\.0+') then split_part(text, '.', 1)
        else text
    end)[1];

-- Plain or scientific notation; no thousands separators, no currency signs, no NaN and no infinity.
create temp macro as_quantity(value) as
    list_transform([value], lambda text:
        case when not contains(text, '_') then try_cast(tidied(text) as decimal(18, 3)) end)[1];

create temp macro as_money(value) as
    list_transform([value], lambda text:
        case when not contains(text, '_') then try_cast(tidied(text) as decimal(18, 4)) end)[1];

-- The word for a total in a cell, with a colon, a year or the like behind it.
create temp macro is_total(value) as
    coalesce(regexp_full_match(
        value,
        '(?i)[ \t*=-]*(grand[ -]?|sub[ -]?|sous[ -]?)?(total|totals|totaux|totale|totales|sum|summe|zwischensumme|gesamt|gesamtsumme|gesamtergebnis|endsumme|insgesamt|somme|suma)[ \t:.=*-]*(g[eé]n[eé]ral|amount|[0-9(].{0,20})?'
    ), false);

-- Columns without any such word, nearly all, are not looked through row by row.
-- Variable: totalled (the fields of which some text may be a total).
create temp macro says_total(field, value) as
    case when list_contains(getvariable('totalled'), field) then is_total(value) else false end;

create temp macro usable_instant(moment) as
    case when moment between timestamp '1900-01-01' and timestamp '2199-12-31 23:59:59.999999' then moment end;

-- C536379: the cancellation of an order, if the file bears it out (evidence.sql).
create temp macro has_cancellation_mark(order_id) as
    coalesce(regexp_matches(clean(order_id), '^[Cc][0-9]'), false);

-- Exact, rounded half away from zero; NULL where it is out of range.
-- Small products, nearly all, in 64 bits: 19 digits make DuckDB calculate in 128, which is ten times as slow.
create temp macro times(a, b) as
    case
        when abs(a::double * b::double) < 1e10 then round(a * b, 4)::decimal(18, 4)
        else try_cast(round(a::decimal(19, 4) * b::decimal(19, 4), 4) as decimal(18, 4))
    end;
