import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ZodType } from 'zod'
import { describedByRoutes } from '../../src/cli/commands/openapi.ts'
import { AssignFileOptionsRequest } from '../../src/http/schemas/assign-files.ts'
import { AssignBody, AssignColumnsBody } from '../../src/http/schemas/customers.ts'
import { DatasetOptionsRequest, DatasetRequest } from '../../src/http/schemas/datasets.ts'
import { ChampionRequest, TrainRequest } from '../../src/http/schemas/models.ts'
import { SegmentEditRequest } from '../../src/http/schemas/segments.ts'
import { openDoor } from '../helpers/door.ts'

const run = promisify(execFile)

interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  responses: Record<string, unknown>
}

let text: string
let document: {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { examples?: unknown[] }> }
}
beforeAll(async () => {
  text = await readFile('openapi.yaml', 'utf8')
  document = parse(text)
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation }))
  )

test('openapi.yaml is what the routes say; npm run openapi writes it anew', async () => {
  expect(text).toBe((await describedByRoutes())['openapi.yaml'])
})

test('every route is in openapi.yaml, and every operation is a route', async () => {
  const door = await openDoor({ environment: { DOCS_UI: 'false' } })
  try {
    await door.app.ready()
    for (const { name } of operations()) {
      const [method, path] = name.split(' ') as ['GET', string]
      expect(door.app.hasRoute({ method, url: path.replaceAll(/\{(\w+)\}/g, ':$1') }), name).toBe(true)
    }
    const served = door.app
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .flatMap((line) => [...line.matchAll(/\(([A-Z, ]+)\)/g)].flatMap((match) => match[1]!.split(', ')))
      .filter((method) => method !== 'HEAD')
    expect(served).toHaveLength(operations().length)
  } finally {
    await door.close()
  }
})

test('each operation has a name of its own, a summary, a tag and the problems it can answer with', () => {
  const ids = operations().map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { name, operation } of operations()) {
    expect(operation, name).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) })
    expect(operation.tags, name).toHaveLength(1)
    expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['4XX', '5XX']))
    expect(
      Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)),
      name
    ).toBe(true)
  }
})

test('every example is one that its address takes', () => {
  const taken: Record<string, ZodType> = {
    AssignColumnsRequest: AssignColumnsBody,
    AssignFileOptions: AssignFileOptionsRequest,
    AssignRequest: AssignBody,
    ChampionRequest,
    DatasetOptions: DatasetOptionsRequest,
    DatasetRequest,
    SegmentEdit: SegmentEditRequest,
    TrainingRequest: TrainRequest
  }
  const shown = Object.entries(document.components.schemas).filter(([, schema]) => schema.examples)
  expect(shown.map(([name]) => name).sort()).toEqual(Object.keys(taken).sort())
  for (const [name, { examples = [] }] of shown) {
    for (const example of examples) expect(taken[name]!.safeParse(example).error, name).toBeUndefined()
  }
})

test('inner fields are in no answer', () => {
  const { Model, Job } = document.components.schemas as Record<string, { properties?: object }>
  expect(Object.keys(Model!.properties!)).not.toEqual(expect.arrayContaining(['fit']))
  expect(Object.keys(Model!.properties!)).not.toEqual(expect.arrayContaining(['revision']))
  expect(Object.keys(Job!.properties!)).not.toEqual(expect.arrayContaining(['request']))
})

test('openapi.yaml passes the linter', async () => {
  const linted = await run('node_modules/.bin/redocly', ['lint', 'openapi.yaml', '--max-problems', '20'], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off' }
  })
  expect(linted.stderr + linted.stdout).toMatch(/is valid/)
})
