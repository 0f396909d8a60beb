import { readFile, writeFile } from 'node:fs/promises'
import { buildApp } from '../../app.ts'
import { readConfig } from '../../config.ts'
import { PROBLEMS } from '../../errors.ts'
import type { Flows } from '../../flows/flows.ts'

const PROJECT = new URL('../../../', import.meta.url)

/** The contract follows from the routes alone: no story is told while it is written. */
const untold = new Proxy({} as Flows, {
  get: (_, name) => {
    throw new Error(`writing the contract must not call ${String(name)}`)
  }
})

const ERRORS_PAGE = `# Errors

Every error is a problem document (RFC 9457, \`application/problem+json\`). \`code\` is contract: it never changes its
meaning. \`detail\` says what to change in this very request; \`errors\` names each wrong field by its JSON pointer.
\`type\` is an address of the service that answers with the line below.

400 breaks the schema, 422 is well-formed but cannot be carried out, 409 and 412 conflict with a state, 429 and 503 may
be tried again after \`Retry-After\` seconds.
`

/** What is written down from the routes: the contract, and the page of all problems. */
export async function describedByRoutes(): Promise<{ 'openapi.yaml': string; 'docs/errors.md': string }> {
  const { version } = JSON.parse(await readFile(new URL('package.json', PROJECT), 'utf8')) as { version: string }
  const app = await buildApp({ flows: untold, config: readConfig({}), version })
  const read = async (url: string) => {
    const answer = await app.inject({ url })
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body}`)
    return answer
  }
  try {
    const rows: string[] = []
    for (const code of Object.keys(PROBLEMS)) {
      const { status, title, explanation } = (await read(`/problems/${code}`)).json()
      rows.push(`| \`${code}\` | ${status} | ${title} | ${explanation} |`)
    }
    const table = ['| code | status | title | what it means |', '|---|---|---|---|', ...rows, ''].join('\n')
    return { 'openapi.yaml': (await read('/openapi.yaml')).body, 'docs/errors.md': `${ERRORS_PAGE}\n${table}` }
  } finally {
    await app.close()
  }
}

/** `openapi`: writes openapi.yaml and docs/errors.md anew. */
export async function run(): Promise<number> {
  for (const [path, text] of Object.entries(await describedByRoutes())) await writeFile(new URL(path, PROJECT), text)
  return 0
}
