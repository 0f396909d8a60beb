import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { asTenant } from '../../src/domain/tenant.ts'
import { entryPoint } from '../../src/entry.ts'
import { openMemoryStores } from '../../src/stores/memory.ts'

const ROUNDS = 20
const ANNA = asTenant('anna')
const WRITER = join(import.meta.dirname, 'fixtures/writer.mjs')

/** Lets the writer work until it has acknowledged `count` changes, then kills it in the midst of the next. */
async function writeAndDie(dataDir: string, first: number, count: number): Promise<[id: string, version: number][]> {
  const child = spawn(process.execPath, [WRITER, entryPoint('stores/memory.ts'), dataDir, String(first)])
  let output = ''
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdout.on('data', (chunk) => {
    output += chunk
    if (output.split('\n').length > count) child.kill('SIGKILL')
  })
  const [, signal] = await once(child, 'close')
  expect(errors).toBe('')
  expect(signal).toBe('SIGKILL')
  // The pipe holds only whole lines but for the one that the kill may have cut.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n')
  return lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])])
}

it('openMemoryStores has everything acknowledged, in its latest version, after kill -9 at any moment', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kill-'))
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    // 1, 8, 15, … acknowledgements: rounds end at different places of the writers' cycle.
    for (const [id, version] of await writeAndDie(dataDir, round * 10_000, 1 + round * 7)) acknowledged.set(id, version)

    const stores = await openMemoryStores({ dataDir })
    expect(stores.quarantined).toBe(0)
    for (const [id, version] of acknowledged) {
      const found = (await stores.jobs.get(ANNA, id)) as unknown as { version: number } | undefined
      expect(found?.version, id).toBeGreaterThanOrEqual(version)
    }
    await stores.close()
    const files = await readdir(join(dataDir, 'tenants/anna/records/jobs'))
    expect(files.filter((file) => !file.endsWith('.json'))).toEqual([])
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS)
  await rm(dataDir, { recursive: true })
}, 180_000)
