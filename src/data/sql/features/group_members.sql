-- One row per category or product that belongs to a group. $members is JSON: [{"key": "…", "group_index": 0}, …].

create or replace temp table group_members as

select unnest(from_json($members, '[{"key": "VARCHAR", "group_index": "INTEGER"}]'), recursive := true)
