// Writes dist/: src/ without its types, the SQL files and the kernels. What has not changed since the last build is left
// as it is. Types are looked at by `npm run typecheck` alone: to find them takes five times as long as to leave them out.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src')
const dist = join(root, 'dist')
const config = join(root, 'tsconfig.build.json')
/** What each output was made of, as a hash. */
const inputsFile = join(dist, '.inputs.json')
/** Modules by where they go: the folder of their source, and what compiles them. */
const MODULES = {
  'domain/kernels/kernels.wasm': ['domain/kernels/assembly', 'compileKernels'],
  'data/intake/staging/rows.wasm': ['data/intake/staging/assembly', 'compileRows'],
  'domain/serving/place-rows.wasm': ['domain/serving/assembly', 'compilePlacing'],
  'http/bodies/body-text.wasm': ['http/bodies/assembly', 'compileBodies'],
  'http/answers/row-text.wasm': ['http/answers/assembly', 'compileAnswerRows']
}

const known = readInputs()
const names = readdirSync(source, { recursive: true }).filter((name) => statSync(join(source, name)).isFile())
const inputs = { ...hashesOfScripts(), ...hashesOfSql(), ...hashesOfModules() }
const stale = Object.keys(inputs).filter((name) => known[name] !== inputs[name] || !existsSync(join(dist, name)))
if (stale.length > 0) {
  // Until all are written, nothing is known of those that change.
  write(
    '.inputs.json',
    JSON.stringify(Object.fromEntries(Object.entries(known).filter(([name]) => !stale.includes(name))))
  )
  await compileScripts(stale.filter((name) => name.endsWith('.js')))
  for (const name of stale.filter((name) => name.endsWith('.sql'))) write(name, readFileSync(join(source, name)))
  for (const name of stale.filter((name) => name.endsWith('.wasm'))) {
    const kernels = await import('./kernels.mjs')
    write(name, await kernels[MODULES[name][1]]())
  }
  write('.inputs.json', JSON.stringify(inputs))
}
removeOutputsWithoutSource()

function hashesOfScripts() {
  const compiler = [...['tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'].map(read), versionOf('typescript')]
  return Object.fromEntries(
    names
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => [name.replace(/ts$/, 'js'), hash([...compiler, read(join('src', name))])])
  )
}

function hashesOfSql() {
  const texts = names.filter((name) => name.endsWith('.sql'))
  return Object.fromEntries(texts.map((name) => [name, hash([read(join('src', name))])]))
}

function hashesOfModules() {
  const compiler = [read('scripts/kernels.mjs'), versionOf('assemblyscript')]
  const hashes = Object.entries(MODULES).map(([output, [folder]]) => {
    const texts = names.filter((name) => dirname(name) === folder).sort()
    return [output, hash([...compiler, ...texts.map((name) => read(join('src', name)))])]
  })
  return Object.fromEntries(hashes)
}

/** Without looking at what a file imports: so each is compiled on its own, which the compiler's settings provide for. */
async function compileScripts(outputs) {
  if (outputs.length === 0) return
  const { default: ts } = await import('typescript')
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (fault) => fail(ts, [fault]) }
  const { options } = ts.getParsedCommandLineOfConfigFile(config, {}, host)
  const files = outputs.map((name) => join(source, name.replace(/js$/, 'ts')))
  const { lib: _, ...rest } = options
  const program = ts.createProgram(files, { ...rest, types: [], noLib: true, noResolve: true, noCheck: true })
  fail(ts, program.getSyntacticDiagnostics())
  program.emit(undefined, (path, text) => write(path.slice(dist.length + 1), text))
}

function fail(ts, faults) {
  if (faults.length === 0) return
  const names = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' }
  process.stderr.write(ts.formatDiagnostics(faults, names))
  process.exit(1)
}

/** In one step, for somebody may be running what is replaced. */
function write(name, content) {
  const path = join(dist, name)
  mkdirSync(dirname(path), { recursive: true })
  const whole = join(dist, `.${process.pid}`)
  writeFileSync(whole, content)
  renameSync(whole, path)
}

function read(path) {
  return readFileSync(join(root, path))
}

function versionOf(name) {
  return createRequire(import.meta.url)(`${name}/package.json`).version
}

function hash(parts) {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(`${part.length}\n`).update(part)
  return digest.digest('hex')
}

function readInputs() {
  try {
    return JSON.parse(readFileSync(inputsFile, 'utf8'))
  } catch {
    return {}
  }
}

/** A deleted or renamed source must not live on in dist/: a stale worker would run there. */
function removeOutputsWithoutSource() {
  const folders = new Set(Object.keys(inputs).flatMap(foldersOf))
  for (const entry of readdirSync(dist, { recursive: true })) {
    if (entry.startsWith('.') || folders.has(entry) || inputs[entry.replace(/\.map$/, '')]) continue
    rmSync(join(dist, entry), { recursive: true, force: true })
  }
}

function foldersOf(name) {
  const parts = name.split('/')
  return parts.map((_, at) => parts.slice(0, at).join('/'))
}
