import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const { default: rules } = (await import('../../.dependency-cruiser.mjs' as string)) as {
  default: { forbidden: { name: string }[] }
}

test('ARCHITECTURE.md has a sentence for every rule of the rooms, and no other, in the same order', () => {
  const text = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8')
  const sentences = [...text.matchAll(/^- \*\*`([a-z-]+)`\*\*: \S.*\.$/gm)].map(([, name]) => name)
  expect(sentences).toEqual(rules.forbidden.map(({ name }) => name))
})
