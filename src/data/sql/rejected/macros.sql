-- A spreadsheet takes a cell for a formula that begins with one of = + - @ or a tab (CWE-1236); a leading apostrophe defuses
-- it. A number with a sign, a currency or a unit is none, and must come back as it went out.

create temp macro is_number(value) as
    regexp_full_match(
        value,
        '\s*[+-]?\s*\p{Sc}?\s*[0-9.,][0-9.,'' \x{a0}]*([eE][+-]?[0-9]+)?\s*(%|\p{Sc}|[A-Za-z]{3})?\s*|\s*[+-]+\s*'
    );

create temp macro defused(value) as
    case when regexp_matches(value, '^[=+\-@\t\r]') and not is_number(value) then '''' || value else value end
