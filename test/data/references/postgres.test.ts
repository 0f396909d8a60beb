import { describe } from 'vitest'
import { openPostgres } from '../../../src/data/references/postgres.ts'
import { hasPostgres, openPostgresServer } from '../../helpers/databases.ts'
import { databaseSuite } from './databases.ts'

describe.skipIf(!hasPostgres)(`PostgreSQL${hasPostgres ? '' : ' (skipped: no server is installed)'}`, () => {
  databaseSuite({
    type: 'postgres',
    open: openPostgresServer,
    source: openPostgres,
    table: {
      sql: `
        create table order_lines (order_id bigint, quantity numeric(12, 3), price numeric(30, 10), ratio double precision,
          ordered_at timestamptz, local_time timestamp, day date, name text, missing text, paid boolean, odd numeric);
        insert into order_lines values (9007199254740993, 1.234, 12345678901234567890.0123456789, 0.1,
          '2024-07-01 12:30:00.123456+02', '2024-07-01 12:30:00', '2024-07-01', E'"Käse",\\n\\\\ \\u2013 \\U0001F600', null, true, 'NaN');
        create sequence counter;
        create function writing() returns int language sql as 'delete from order_lines; select 1';
        grant all on order_lines, counter to reader`,
      line:
        '{"order_id":9007199254740993,"quantity":1.234,"price":12345678901234567890.0123456789,"ratio":0.1,' +
        '"ordered_at":"2024-07-01T10:30:00.123456Z","local_time":"2024-07-01 12:30:00","day":"2024-07-01",' +
        '"name":"\\"Käse\\",\\n\\\\ – 😀","missing":null,"paid":"t","odd":"NaN"}'
    },
    writes: [
      'delete from order_lines',
      'insert into order_lines (order_id) values (1)',
      'drop table order_lines',
      'create table other (a int)',
      'truncate order_lines',
      'with gone as (delete from order_lines returning *) select * from gone',
      'select * into other from order_lines',
      'select * from order_lines for update',
      "select nextval('counter')",
      'select writing()',
      "select set_config('transaction_read_only', 'off', true)",
      'select 1; delete from order_lines',
      'select 1; commit; delete from order_lines',
      'commit',
      'set transaction read write',
      'do $$ begin delete from order_lines; end $$',
      "copy order_lines to program 'true'",
      'listen orders',
      ''
    ],
    series: (count) => `select i, repeat(md5(i::text), 6) as text from generate_series(1, ${count}) as i`,
    wide: (bytes) => `select repeat('x', ${bytes}) as text`,
    slow: 'select pg_sleep(60)',
    running: "select pid from pg_stat_activity where usename = 'reader' and state <> 'idle'",
    disconnect: "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'"
  })
})
