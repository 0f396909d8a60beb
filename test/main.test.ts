import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entryPoint } from '../src/entry.ts'

let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tessera-main-'))
})

afterAll(() => rm(dataDir, { recursive: true, force: true }))

/** The service's process, expected to end by itself. */
function start(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', ...environment }
    execFile(process.execPath, [entryPoint('main.ts')], { env, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })
}

describe('the process refuses to start', () => {
  test('with wrong settings, and names them all', async () => {
    const { code, output } = await start({ PORT: 'x', LOG_LEVEL: 'loud' })
    expect(code).toBe(1)
    expect(output).toContain('PORT')
    expect(output).toContain('LOG_LEVEL')
  })

  test('open to others without keys, unless it is told to', async () => {
    const { code, output } = await start({ HOST: '0.0.0.0' })
    expect(code).toBe(1)
    expect(output).toContain('ALLOW_ANONYMOUS')
  })

  test('with Redis, which this version does not have', async () => {
    const { code, output } = await start({ STORE: 'redis', REDIS_URL: 'redis://localhost:6379' })
    expect(code).toBe(1)
    expect(output).toContain('STORE=memory')
  })

  test('with keys that cannot be read', async () => {
    const { code, output } = await start({ API_KEYS_FILE: join(dataDir, 'absent.json') })
    expect(code).toBe(1)
    expect(output).toMatch(/keys/i)
  })

  describe('on a port that is taken', () => {
    let taken: Server

    beforeAll(async () => {
      taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    })

    afterAll(() => taken.close())

    test('and lets go of its folder', async () => {
      const port = String((taken.address() as { port: number }).port)
      for (const _ of [1, 2]) {
        const { code, output } = await start({ PORT: port })
        expect(code).toBe(1)
        expect(output).toContain('EADDRINUSE')
      }
    })
  })
})
