-- When an order was placed, where its day and its time stand in two columns, and whether a column says that it was called
-- off. Text in. Macros: clean, as_id.

create or replace temp macro clock_only(value) as
    regexp_replace(lower(clean(value)), '^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}[t ]+', '');

create or replace temp macro clock_number(value, place) as
    try_cast(regexp_extract(clock_only(value), '^([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?:[:.m]([0-9]{2}))?', place) as integer);

-- Time of day in any usual way of writing it, as HH:MM:SS; NULL for what is none. A day before it means nothing: programs
-- that know no time without a day write 1899-12-30 15:30:00. Spreadsheets write the share of the day.
create or replace temp macro clock_text(value) as
    case
        when regexp_full_match(clock_only(value), '([01]?[0-9]|2[0-3])[:.h][0-5][0-9]([:.m][0-5][0-9]([.,][0-9]+)?)?s?( ?[ap][.]?m[.]?)?( ?(uhr|h))?z?')
            or regexp_full_match(clock_only(value), '(0?[1-9]|1[0-2]) ?[ap][.]?m[.]?')
        then
            lpad(
                case
                    when regexp_matches(clock_only(value), 'p[.]?m') and clock_number(value, 1) < 12 then clock_number(value, 1) + 12
                    when regexp_matches(clock_only(value), 'a[.]?m') and clock_number(value, 1) = 12 then 0
                    else clock_number(value, 1)
                end::varchar, 2, '0')
            || ':' || lpad(coalesce(clock_number(value, 2), 0)::varchar, 2, '0')
            || ':' || lpad(coalesce(clock_number(value, 3), 0)::varchar, 2, '0')
        when regexp_full_match(clock_only(value), '([0-9]|[01][0-9]|2[0-3])[0-5][0-9]')
        then lpad(clock_only(value)[:-3], 2, '0') || ':' || clock_only(value)[-2:] || ':00'
        when regexp_full_match(clock_only(value), '([0-9]|[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]')
        then lpad(clock_only(value)[:-5], 2, '0') || ':' || clock_only(value)[-4:-3] || ':' || clock_only(value)[-2:]
        when regexp_full_match(clock_only(value), '0?[.,][0-9]+')
        then strftime(
            timestamp '2000-01-01'
                + to_seconds(least(86399, round(replace(clock_only(value), ',', '.')::double * 86400))::bigint), '%H:%M:%S')
    end;

create or replace temp macro bare_day(day) as
    regexp_replace(clean(day), '[T ]+(0?0:00(:00([.,]0+)?)?|12:00(:00)? ?[Aa][Mm])( ?(Z|UTC|[+]00(:?00)?))?$', '');

-- A day with the time of another column, midnight where that has none. A day that has a time itself, or is a number, stays.
create or replace temp macro at_the_clock(day, clock) as
    case
        when contains(bare_day(day), ':') or regexp_full_match(bare_day(day), '[0-9]+([.,][0-9]+)?')
            and not regexp_full_match(bare_day(day), '[0-9]{8}')
        then clean(day)
        else bare_day(day) || ' ' || coalesce(clock_text(clock), '00:00:00')
    end;

-- A moment, or a word for yes.
create or replace temp macro says_yes(value) as
    as_id(value) is not null
    and not regexp_full_match(lower(as_id(value)), 'f|false|n|no|not .*|nein|nicht .*|non|0+([.,]0+)?|0000-00-00.*|nat|-+');
