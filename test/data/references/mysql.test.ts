import { describe } from 'vitest'
import { openMysql } from '../../../src/data/references/mysql.ts'
import { hasMariaDb, openMariaDbServer } from '../../helpers/databases.ts'
import { databaseSuite } from './databases.ts'

describe.skipIf(!hasMariaDb)(`MariaDB${hasMariaDb ? '' : ' (skipped: no server is installed)'}`, () => {
  databaseSuite({
    type: 'mysql',
    open: openMariaDbServer,
    source: openMysql,
    table: {
      sql: `
        set time_zone = '+02:00';
        create table order_lines (order_id bigint unsigned, quantity decimal(12, 3), price decimal(40, 10), ratio double,
          ordered_at timestamp(6) null, local_time datetime, day date, name text, missing text, paid tinyint(1)) engine = innodb;
        insert into order_lines values (18446744073709551615, 1.234, 12345678901234567890.0123456789, 0.1,
          '2024-07-01 12:30:00.123456', '2024-07-01 12:30:00', '2024-07-01', '"Käse",\\n\\\\ – 😀', null, true)`,
      line:
        '{"order_id":18446744073709551615,"quantity":1.234,"price":12345678901234567890.0123456789,"ratio":0.1,' +
        '"ordered_at":"2024-07-01T10:30:00.123456Z","local_time":"2024-07-01 12:30:00","day":"2024-07-01",' +
        '"name":"\\"Käse\\",\\n\\\\ – 😀","missing":null,"paid":1}'
    },
    writes: [
      'delete from order_lines',
      'insert into order_lines (order_id) values (1)',
      'drop table order_lines',
      'create table other (a int)',
      'truncate order_lines',
      'with gone as (select 1) delete from order_lines',
      'select 1; delete from order_lines',
      'select 1; commit; delete from order_lines',
      'commit',
      'set session transaction read write',
      '/*! delete from order_lines */',
      '/*M! delete from order_lines */',
      '(delete from order_lines)',
      "load data local infile '/etc/passwd' into table order_lines",
      "select * from order_lines into outfile '/tmp/tessera-outfile'",
      'kill query 1',
      ''
    ],
    series: (count) => `select seq as i, repeat(md5(seq), 6) as text from seq_1_to_${count}`,
    wide: (bytes) => `select repeat('x', ${bytes}) as text`,
    slow: 'select sleep(60) as slept',
    running: "select id from information_schema.processlist where user = 'reader' and command <> 'Sleep'",
    disconnect: 'kill user reader'
  })
})
