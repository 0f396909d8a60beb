import type { DatasetOptions } from '../../../src/domain/records/dataset.ts'
import { csv } from '../../helpers/read-file.ts'

// What a broken or strange text gets: the status and code of a refusal, or the rows by the rule that they fall under.

export const good = (at: number) => `A${at},P1,2,3.50,2024-01-05,C1,Spain`
const GOOD = Array.from({ length: 60 }, (_, at) => good(at))
export const with_ = (...lines: string[]) => csv(...GOOD, ...lines)
export const header = 'order_id,product_id,quantity,unit_price,ordered_at,customer_id,country'
const priced = (...prices: string[]) =>
  `${header.replaceAll(',', ';')}\n${prices.map((price) => `1;P;1;${price};2024-01-05;C1;Spain`).join('\n')}\n`
export const dated = (...dates: string[]) => with_(...dates.map((date) => `B,P1,1,1,${date},C1,Spain`))
const overlong = Buffer.concat([
  Buffer.from(`${header}\nA,P`),
  Buffer.from([0xc0, 0xaf]),
  Buffer.from(',1,1,2024-01-05,C1,Spain\n')
])

export interface Case {
  what: string
  file: string | Buffer
  options?: DatasetOptions
  /** Share of rows that may be unreadable. */
  share?: number
  /** Status and code, or rows by rule. */
  answer: string | Record<string, number>
}

/** By their number in the table of bad inputs. */
export const CASES: Record<string, Case[]> = {
  '59': [{ what: 'a header without rows', file: `${header}\n`, answer: '422 no_rows' }],
  '60': [
    { what: 'no header', file: '1,P,2,3.50,2024-01-05,C1,Spain\n', answer: '422 header_missing' },
    { what: 'no header, blanks between values', file: '1 P 2 3.50\n2 P 2 3.50\n', answer: '422 header_missing' },
    {
      what: 'no header, named columns that are too few',
      file: '1,P,2\n',
      options: { columns: ['customer_id', 'ordered_at'] },
      answer: '422 header_missing'
    }
  ],
  '61': [
    {
      what: 'no customer column',
      file: 'order_id,quantity,price,date\n1,1,1,2024-01-05\n',
      answer: '422 column_missing'
    },
    {
      what: 'a column mapped twice',
      file: with_(),
      options: { mapping: { quantity: 'quantity', unit_price: 'quantity' } },
      answer: '422 column_missing'
    }
  ],
  '62': [{ what: 'a name twice', file: `${header},Country\n${good(1)},x\n`, answer: '422 duplicate_column' }],
  '63': [
    {
      what: '20,000 columns',
      file: `${header},${Array.from({ length: 20_000 }, (_, at) => `c${at}`).join(',')}\n`,
      answer: '422 too_many_columns'
    },
    {
      what: '20,000 columns without known names',
      file: `${Array.from({ length: 20_000 }, (_, at) => `c${at}`).join(',')}\n`,
      answer: '422 too_many_columns'
    }
  ],
  '64': [
    { what: 'a ragged row', file: with_('X,P1,1'), answer: { malformed_row: 1 } },
    { what: 'many ragged rows', file: with_('X,P1,1', 'Y,P1,1'), share: 0.01, answer: '422 too_many_bad_rows' }
  ],
  '65': [
    {
      what: 'a quote that is never closed',
      file: with_('X,"P1,1,1,2024-01-05,C1,Spain', good(1)),
      answer: { malformed_row: 1 }
    }
  ],
  '66': [{ what: 'a line of 3 MB', file: with_(`X,${'x'.repeat(3_000_000)}`), answer: '422 line_too_long' }],
  '67': [{ what: 'a NUL', file: with_('X,P\0,1,1,2024-01-05,C1,Spain'), answer: { malformed_row: 1 } }],
  '68': [
    { what: 'Latin-1', file: Buffer.from(with_('X,Käse,1,1,2024-01-05,C1,Spain'), 'latin1'), answer: {} },
    { what: 'UTF-16', file: Buffer.from(with_(), 'utf16le'), answer: {} },
    { what: 'overlong UTF-8', file: overlong, answer: '422 encoding' },
    {
      what: 'UTF-16 that ends within a character',
      file: Buffer.from(with_(), 'utf16le').subarray(0, -1),
      answer: '422 encoding'
    },
    { what: 'UTF-32', file: Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), answer: '422 encoding' },
    {
      what: 'Latin-1 said to be UTF-8',
      file: Buffer.from(with_('X,ä,1,1,2024-01-05,C1,x'), 'latin1'),
      options: { encoding: 'utf-8' },
      answer: '422 encoding'
    }
  ],
  '69': [
    {
      what: 'BOM, CRLF and a quoted line end',
      file: `\ufeff${with_('X,"P\n1",1,1,2024-01-05,C1,Spain').replaceAll('\n', '\r\n')}`,
      answer: {}
    },
    { what: 'CR alone', file: with_().replaceAll('\n', '\r'), answer: {} }
  ],
  '70': [
    ...[';', '\t', '|', '^', '~', ':'].map((delimiter) => ({
      what: `${JSON.stringify(delimiter)} between values`,
      file: with_().replaceAll(',', delimiter),
      answer: {}
    })),
    { what: 'another delimiter than is said', file: with_(), options: { delimiter: ';' }, answer: '422 header_missing' }
  ],
  '71': [
    { what: '1.234,56', file: priced('1.234,56', '3,50'), answer: {} },
    { what: '1,234.50', file: priced('1,234.50', '3.50'), answer: {} },
    { what: '$5.00', file: priced('$5.00'), answer: {} },
    { what: '(5)', file: priced('5', '(5)'), answer: { non_positive_price: 1 } },
    { what: '1,234', file: priced('1,234', '5'), answer: '422 ambiguous_number_format' },
    { what: 'a comma among points', file: priced(...Array(20).fill('3.50'), '3,5'), answer: { invalid_price: 1 } }
  ],
  '72': [
    {
      what: 'NaN, inf and 1e400',
      file: with_(
        ...['NaN', 'inf', '-inf', '1e400'].map((price) => `X,P,1,${price},2024-01-05,C1,x`),
        'X,P,1e400,1,2024-01-05,C1,x'
      ),
      answer: { invalid_quantity: 1, invalid_price: 4 }
    }
  ],
  '73': [
    {
      what: 'nothing and less',
      file: with_(
        'X,P,-1,1,2024-01-05,C1,x',
        'X,P,0,1,2024-01-05,C1,x',
        'X,P,1,0,2024-01-05,C1,x',
        'X,P,1,-1,2024-01-05,C1,x'
      ),
      answer: { non_positive_quantity: 2, non_positive_price: 2 }
    }
  ],
  '74': [
    {
      what: 'days that are none, and others’ formats',
      file: dated('2024-13-45', '12/31/2024', '1704412800', '1704412800000', '0001-01-01', '9999-12-31'),
      answer: { invalid_date: 6 }
    },
    { what: 'days that can be two', file: `${header}\nX,P,1,1,1/2/2024,C1,x\n`, answer: '422 ambiguous_date_format' },
    { what: 'no days at all', file: `${header}\nX,P,1,1,soon,C1,x\n`, answer: '422 unreadable_date_format' }
  ],
  '75': [
    {
      what: 'no id, or a word for none',
      file: with_('X,P,1,1,2024-01-05,,x', 'X,P,1,1,2024-01-05,NULL,x', 'X,P,1,1,2024-01-05,  ,x'),
      answer: { missing_customer_id: 3 }
    }
  ],
  '76': [
    {
      what: 'rows that repeat others',
      file: with_(good(1), good(1).replace('3.50', '4.50')),
      options: { duplicates: 'drop' },
      answer: { duplicate_row: 1 }
    },
    { what: 'rows that repeat others, kept', file: with_(good(1)), answer: {} }
  ],
  '77': [{ what: 'one customer only', file: with_(), answer: {} }],
  '78': [{ what: 'formulas', file: with_(`=cmd|' /C calc'!A0,@SUM(1),1,1,2024-01-05,+C1,-1`), answer: {} }],
  '79': [
    { what: 'two currencies', file: priced('€5.00', '£5.00'), answer: '422 mixed_currencies' },
    {
      what: 'another currency than is said',
      file: priced('€5.00'),
      options: { currency: 'GBP' },
      answer: '422 currency_mismatch'
    }
  ]
}
