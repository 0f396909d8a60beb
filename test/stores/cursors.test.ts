import { expect, test } from 'vitest'
import { asTenant } from '../../src/domain/tenant.ts'
import type { Problem } from '../../src/errors.ts'
import { cursors } from '../../src/stores/cursors.ts'

const acme = asTenant('acme')
const other = asTenant('other')

test('cursors.read gives back the position that was written', () => {
  const cursor = cursors.write(acme, 'models', 'mdl_1')
  expect(cursor).toMatch(/^[\w-]+$/)
  expect(cursors.read(acme, 'models', cursor)).toBe('mdl_1')
})

test('cursors.read refuses another tenant, another list, a changed and a foreign cursor', () => {
  const cursor = cursors.write(acme, 'models', 'mdl_1')
  const changed = Buffer.from(cursor, 'base64url')
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
  const attempts = [
    () => cursors.read(other, 'models', cursor),
    () => cursors.read(acme, 'datasets', cursor),
    () => cursors.read(acme, 'models', changed.toString('base64url')),
    () => cursors.read(acme, 'models', ''),
    () => cursors.read(acme, 'models', 'AAAA'),
    () => cursors.read(acme, 'models', 'x'.repeat(2000))
  ]
  for (const attempt of attempts) {
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_cursor' }) as Problem)
  }
})
