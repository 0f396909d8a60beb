import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SETTINGS } from '../../src/config.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** Defaults that depend on the machine, as the README words them. */
const DERIVED: Record<string, string> = { WORKERS: 'cores', TRAINING_MEMORY_BYTES: 'memory / 4' }

test('README.md documents every setting with its default and its meaning, and no other', () => {
  const table = readme.slice(readme.indexOf('| setting | default | meaning |'))
  const rows = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| `(\w+)` \| (.*?) \| (.*) \|$/gm)]
  const documented = rows.map(([, name, value, meaning]) => ({ name, value, meaning }))
  const settings = Object.entries(SETTINGS).map(([name, schema]) => ({
    name,
    value: DERIVED[name] ?? inCode(defaultOf(schema)),
    meaning: schema.description
  }))
  expect(documented).toEqual(settings)
})

/** What holds where the environment is silent; undefined when the setting is then off. */
function defaultOf(schema: (typeof SETTINGS)[keyof typeof SETTINGS]): unknown {
  const { def } = schema
  return def.type === 'prefault' ? def.defaultValue : undefined
}

const inCode = (value: unknown): string => (value === undefined ? '' : `\`${String(value)}\``)
