// Compiles src/ to dist/ and carries along what the compiler leaves behind: the SQL files and the kernels.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileKernels } from './kernels.mjs'

const root = join(import.meta.dirname, '..')
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const kernels = join(root, 'dist/domain/kernels/kernels.wasm')

execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
cpSync(join(root, 'src/data/sql'), join(root, 'dist/data/sql'), { recursive: true })
await buildKernels()
removeOutputsWithoutSource()

/** Compiling them takes longer than all the rest, so only when a source is newer. */
async function buildKernels() {
  const assembly = join(root, 'src/domain/kernels/assembly')
  const sources = [...readdirSync(assembly).map((name) => join(assembly, name)), join(root, 'scripts/kernels.mjs')]
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs))
  if (existsSync(kernels) && statSync(kernels).mtimeMs > newest) return
  const binary = await compileKernels()
  mkdirSync(dirname(kernels), { recursive: true })
  writeFileSync(kernels, binary)
}

/** A deleted or renamed source must not live on in dist/: a stale worker would run there. */
function removeOutputsWithoutSource() {
  for (const entry of readdirSync(join(root, 'dist'), { recursive: true })) {
    const source = entry.replace(/\.js(\.map)?$/, '.ts')
    const path = join(root, 'dist', entry)
    if (entry.startsWith('.') || path === kernels || existsSync(join(root, 'src', source))) continue
    rmSync(path, { recursive: true, force: true })
  }
}
