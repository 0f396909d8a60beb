// Compiles src/ to dist/ and carries along what the compiler leaves behind: the SQL files and the kernels.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileAnswerRows, compileKernels, compileRows } from './kernels.mjs'

const root = join(import.meta.dirname, '..')
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
/** Modules by where they go, and the folder of their source. */
const MODULES = [
  ['domain/kernels/kernels.wasm', 'domain/kernels/assembly', compileKernels],
  ['data/intake/staging/rows.wasm', 'data/intake/staging/assembly', compileRows],
  ['http/answers/row-text.wasm', 'http/answers/assembly', compileAnswerRows]
]

execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
cpSync(join(root, 'src/data/sql'), join(root, 'dist/data/sql'), { recursive: true })
for (const module of MODULES) await buildModule(...module)
removeOutputsWithoutSource()

/** Compiling them takes longer than all the rest, so only when a source is newer. */
async function buildModule(output, folder, compile) {
  const path = join(root, 'dist', output)
  const assembly = join(root, 'src', folder)
  const sources = [...readdirSync(assembly).map((name) => join(assembly, name)), join(root, 'scripts/kernels.mjs')]
  const newest = Math.max(...sources.map((each) => statSync(each).mtimeMs))
  if (existsSync(path) && statSync(path).mtimeMs > newest) return
  const binary = await compile()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, binary)
}

/** A deleted or renamed source must not live on in dist/: a stale worker would run there. */
function removeOutputsWithoutSource() {
  for (const entry of readdirSync(join(root, 'dist'), { recursive: true })) {
    const source = entry.replace(/\.js(\.map)?$/, '.ts')
    const path = join(root, 'dist', entry)
    if (entry.startsWith('.') || existsSync(join(root, 'src', source))) continue
    if (MODULES.some(([output]) => output === entry)) continue
    rmSync(path, { recursive: true, force: true })
  }
}
