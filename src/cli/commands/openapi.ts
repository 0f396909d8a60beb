import { readFile, writeFile } from 'node:fs/promises'
import { buildApp } from '../../app.ts'
import { readConfig } from '../../config.ts'
import type { Flows } from '../../flows/flows.ts'

const PROJECT = new URL('../../../', import.meta.url)

/** The contract follows from the routes alone: no story is told while it is written. */
const untold = new Proxy({} as Flows, {
  get: (_, name) => {
    throw new Error(`writing the contract must not call ${String(name)}`)
  }
})

/** The text that openapi.yaml must have. */
export async function openapiText(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('package.json', PROJECT), 'utf8')) as { version: string }
  const app = await buildApp({ flows: untold, config: readConfig({}), version })
  try {
    const answer = await app.inject({ url: '/openapi.yaml' })
    if (answer.statusCode !== 200) throw new Error(answer.body)
    return answer.body
  } finally {
    await app.close()
  }
}

/** `openapi`: writes openapi.yaml anew from the routes. */
export async function run(): Promise<number> {
  await writeFile(new URL('openapi.yaml', PROJECT), await openapiText())
  return 0
}
