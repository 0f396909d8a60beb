import { expect, test } from 'vitest'
import { preferredType } from '../../../src/http/plugins/negotiation.ts'

const OFFERS = ['application/json', 'text/csv']

test.each<[string | undefined, string | null]>([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/json;q=0.5, text/csv', 'text/csv'],
  ['application/json, text/csv;q=0.9', 'application/json'],
  // RFC 9110, 12.5.1: the most specific range decides, so JSON is liked 0.1 although everything is liked 1.
  ['*/*, application/json;q=0.1', 'text/csv'],
  ['application/json;q=0', null],
  ['image/png', null],
  ['*/*;q=0', null],
  ['text/csv;q=nonsense', null],
  // What a browser sends.
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json']
])('preferredType of %j is %s', (accept, type) => {
  expect(preferredType(accept, OFFERS)).toBe(type)
})
