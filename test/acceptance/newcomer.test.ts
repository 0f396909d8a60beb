import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../scripts/free-port.mjs'
import { adjustedRand } from '../../src/domain/quality/adjusted-rand.ts'
import type { Dataset } from '../../src/domain/records/dataset.ts'
import type { Segment } from '../../src/domain/records/segment.ts'
import { sampleFile } from '../../src/domain/sample/file.ts'
import { runCli } from '../helpers/run-cli.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const WANTED = { customers: 1000, days: 730, ends_on: '2025-09-30', seed: 42 }
const ARGS = ['demo', '--customers', '1000', '--ends-on', '2025-09-30']

let folder: string
let port: number
let base: string
let demo: ChildProcess
let shown: string

/** Starts the demo as `npm run demo` does, in an empty folder, and waits until it serves. */
async function startDemo(): Promise<void> {
  shown = ''
  demo = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...ARGS], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', UV_THREADPOOL_SIZE: '16', PORT: String(port) }
  })
  for (const stream of [demo.stdout, demo.stderr]) {
    stream?.on('data', (text) => {
      shown += text
    })
  }
  while (!shown.includes('Ctrl-C ends it.')) {
    if (demo.exitCode !== null) throw new Error(`the demo ended:\n${shown}`)
    await sleep(100)
  }
}

async function endDemo(): Promise<number | null> {
  demo.kill('SIGINT')
  if (demo.exitCode === null) await once(demo, 'exit')
  return demo.exitCode
}

const get = async <Answer>(path: string): Promise<Answer> => (await fetch(base + path)).json() as Promise<Answer>

/** Runs shell text as written but for the port; every curl in it must get a success. */
async function shell(text: string): Promise<string> {
  const strict = 'curl() { command curl --fail-with-body "$@"; }\n'
  const script = strict + text.replaceAll('localhost:3000', `localhost:${port}`)
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    maxBuffer: 2 ** 28
  })
  return stdout
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-newcomer-'))
  port = await freePort()
  base = `http://127.0.0.1:${port}`
  await startDemo()
}, 120_000)

afterAll(async () => {
  await endDemo()
  await rm(folder, { recursive: true, force: true })
})

describe('npm run demo', () => {
  test('keeps exactly the rows that were not planted to be rejected', async () => {
    const { planted, rows } = sampleFile(WANTED)
    const { data } = await get<{ data: Dataset[] }>('/datasets')
    const { quality } = data.at(-1)!
    expect(Object.fromEntries(quality.rules.map(({ rule, rows }) => [rule, rows]))).toEqual(planted)
    expect(quality.rows_read).toBe(rows)
  })

  test('prints each segment of the champion with its customers and its first action', async () => {
    const { data } = await get<{ data: Segment[] }>('/segments')
    expect(data.length).toBeGreaterThan(1)
    for (const { name, size, actions } of data) {
      const line = shown.split('\n').find((text) => text.startsWith(`${name} `))
      expect(line).toContain(` ${size.toLocaleString('en-GB')} `)
      expect(line?.endsWith(actions[0]!.title)).toBe(true)
    }
  })

  test('finds segments that agree with the planted kinds far better than chance', async () => {
    const { customers } = sampleFile(WANTED)
    const { data } = await get<{ data: Segment[] }>('/segments')
    const segmentOf = new Map<string, number>()
    for (const [index, { id }] of data.entries()) {
      const { data: members } = await get<{ data: { customer_id: string }[] }>(`/segments/${id}/customers?limit=1000`)
      for (const { customer_id } of members) segmentOf.set(customer_id, index)
    }
    expect(segmentOf.size).toBe(customers.length)
    const kinds = [...new Set(customers.map(({ kind }) => kind))]
    const truth = customers.map(({ kind }) => kinds.indexOf(kind))
    const found = customers.map(({ customer_id }) => segmentOf.get(customer_id)!)
    // Nine kinds that three features cannot all tell apart, so far from 1; a random partition has 0 ± 0.01.
    expect(adjustedRand(truth, found)).toBeGreaterThan(0.2)
  })

  test('prints requests that work as printed', async () => {
    const next = shown.slice(shown.indexOf('What to open next:'))
    const commands = next.replace(/\\\n\s*/g, '').match(/^ {2}curl .*$/gm) ?? []
    expect(commands.length).toBe(3)
    for (const command of commands) {
      const [curl] = command.split(/ {3,}/)
      expect(JSON.parse(await shell(`${curl} -s`))).toBeTypeOf('object')
    }
  })

  test('says in a sentence that its port is taken', async () => {
    const { code, stdout, stderr } = await runCli(ARGS, { PORT: String(port), DATA_DIR: join(folder, 'other') })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`Port ${port} is in use`)
    expect(stderr).not.toContain('    at ')
  })
})

describe('README.md', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  const examples = blocks.filter((text) => text.includes('curl'))

  test('starts with two commands', () => {
    expect(blocks.slice(0, 2)).toEqual(['npm ci && npm run demo\n', 'npm ci && npm test\n'])
    expect(blocks.length).toBe(examples.length + 2)
  })

  test.each(examples)('example works as written: %s', async (text) => {
    const output = await shell(text)
    if (text.includes('-o members.csv')) {
      const csv = await readFile(join(folder, 'members.csv'), 'utf8')
      expect(csv.split('\r\n')[0]).toContain('customer_id')
    } else {
      expect(Object.keys(JSON.parse(output)).length).toBeGreaterThan(0)
    }
  })
})

test('the demo ends on Ctrl-C, lets its port go, and runs again in the same folder', async () => {
  expect(await endDemo()).toBe(0)
  await expect(fetch(`${base}/health`)).rejects.toThrow()
  await startDemo()
  const { data } = await get<{ data: Dataset[] }>('/datasets')
  expect(data.filter(({ name }) => name === 'Sample orders').length).toBe(2)
}, 120_000)
