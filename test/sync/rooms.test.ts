import { execFile } from 'node:child_process'
import { appendFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')

interface Findings {
  summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] }
}

/** The linter's report on the `src` of a folder. */
function cruise(folder: string): Promise<Findings['summary']> {
  const args = [cruiser, 'src', '--config', '.dependency-cruiser.mjs', '--output-type', 'json']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (stdout === '') reject(error)
      else resolve((JSON.parse(stdout) as Findings).summary)
    })
  })
}

/** For each rule: a file, and an import in it that the rule forbids. */
const CANARIES: Record<string, [file: string, target: string]> = {
  'no-cycles': ['src/domain/canary-cycle-back.ts', './canary-cycle.ts'],
  'domain-is-pure': ['src/domain/canary.ts', '../errors.ts'],
  'domain-knows-no-node': ['src/domain/canary.ts', 'node:fs'],
  'leaves-import-nothing': ['src/entry.ts', './domain/vocabulary.ts'],
  'adapters-do-not-meet': ['src/data/canary.ts', '../stores/contract.ts'],
  'adapters-are-opened-in-compose': ['src/flows/canary.ts', '../stores/memory.ts'],
  'pool-knows-no-work': ['src/jobs/canary.ts', '../domain/numeric/random.ts'],
  'workers-are-loaded-by-the-pool': ['src/jobs/canary.ts', './workers/train.worker.ts'],
  'workers-compute-only': ['src/jobs/workers/canary.ts', '../../stores/contract.ts'],
  'flows-know-no-door': ['src/flows/canary.ts', '../config.ts'],
  'flows-use-no-library': ['src/flows/canary.ts', 'node:crypto'],
  'flows-do-not-call-flows': ['src/flows/canary.ts', './train-model.ts'],
  'doors-open-onto-flows': ['src/http/canary.ts', '../domain/numeric/random.ts'],
  'sample-orders-come-from-the-terminal': ['src/http/canary.ts', '../domain/sample/file.ts'],
  'doors-do-not-meet': ['src/http/canary.ts', '../cli/table.ts'],
  'roots-are-not-imported': ['src/http/canary.ts', '../compose.ts'],
  'app-builds-http-only': ['src/app.ts', './stores/contract.ts'],
  'fastify-has-one-room': ['src/stores/canary.ts', 'fastify'],
  'duckdb-has-one-room': ['src/stores/canary.ts', '@duckdb/node-api'],
  'piscina-has-one-room': ['src/stores/canary.ts', 'piscina'],
  'zod-has-one-room': ['src/jobs/canary.ts', 'zod'],
  'pino-has-one-room': ['src/stores/canary.ts', 'pino'],
  'promclient-has-one-room': ['src/stores/canary.ts', 'prom-client'],
  'ml-has-one-room': ['src/stores/canary.ts', 'ml-kmeans'],
  'ipaddr-has-one-room': ['src/stores/canary.ts', 'ipaddr.js'],
  'src-never-imports-test': ['src/http/canary.ts', '../../test/canary.ts'],
  'no-dead-files': ['src/cli/canary.ts', './table.ts']
}

/** Rules that no import can break yet. */
const WITHOUT_CANARY = [{ rule: 'redis-has-one-room', reason: 'no Redis client is installed' }]

describe('the rooms', () => {
  test('are kept by every file of src', async () => {
    const { totalCruised, violations } = await cruise(root)
    expect(violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
    // Of the whole source: a linter that cannot read TypeScript finds no module and no violation.
    expect(totalCruised).toBeGreaterThan(50)
  })
})

describe('with a forbidden import planted, the linter names', () => {
  let folder: string
  let caught: Set<string>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tessera-rooms-'))
    for (const path of ['src', '.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) {
      await cp(join(root, path), join(folder, path), { recursive: true })
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await mkdir(join(folder, 'test'))
    await writeFile(join(folder, 'test/canary.ts'), 'export {}\n')
    await writeFile(join(folder, 'src/domain/canary-cycle.ts'), "import './canary-cycle-back.ts'\n")
    for (const [file, target] of Object.values(CANARIES)) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await appendFile(join(folder, file), `\nimport '${target}'\n`)
    }
    const { violations } = await cruise(folder)
    caught = new Set(violations.map(({ from, rule }) => `${rule.name} in ${from}`))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each(Object.entries(CANARIES))('%s', (rule, [file]) => {
    expect([...caught]).toContain(`${rule} in ${file}`)
  })

  test('every rule but those without a canary', async () => {
    const { default: rules } = await import(join(root, '.dependency-cruiser.mjs'))
    const names = (rules as { forbidden: { name: string }[] }).forbidden.map(({ name }) => name)
    expect([...Object.keys(CANARIES), ...WITHOUT_CANARY.map(({ rule }) => rule)].sort()).toEqual(names.sort())
  })
})
