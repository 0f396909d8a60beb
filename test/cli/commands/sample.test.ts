import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sampleFile } from '../../../src/domain/sample/file.ts'
import { runCli } from '../../helpers/run-cli.ts'

const ARGS = ['sample', '--customers', '120', '--ends-on', '2025-09-30', '--seed', '7']
const { csv, rows } = sampleFile({ customers: 120, days: 730, ends_on: '2025-09-30', seed: 7 })

test('sample writes the file to standard output', async () => {
  expect((await runCli(ARGS)).stdout).toBe(csv)
})

test('sample writes the file to --output and says how many rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-'))
  try {
    const file = join(folder, 'orders.csv')
    expect((await runCli([...ARGS, '--output', file])).stdout).toBe(`${rows} rows in ${file}\n`)
    expect(await readFile(file, 'utf8')).toBe(csv)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  [['--customers', '99'], '--customers must be a whole number from 100'],
  [['--days', '1e3'], '--days must be a whole number from 550'],
  [['--ends-on', 'today'], '--ends-on must be a date'],
  [['--ends-on', '2025-02-29'], 'there is no day 2025-02-29']
])('sample refuses %j', async (args, message) => {
  const { code, stdout, stderr } = await runCli(['sample', ...args])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
})
