// Compiles src/ to dist/ and carries along what the compiler leaves behind: the SQL files.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
cpSync(join(root, 'src/data/sql'), join(root, 'dist/data/sql'), { recursive: true })
removeOutputsWithoutSource()

/** A deleted or renamed source must not live on in dist/: a stale worker would run there. */
function removeOutputsWithoutSource() {
  for (const entry of readdirSync(join(root, 'dist'), { recursive: true })) {
    const source = entry.replace(/\.js(\.map)?$/, '.ts')
    if (entry.startsWith('.') || existsSync(join(root, 'src', source))) continue
    rmSync(join(root, 'dist', entry), { recursive: true, force: true })
  }
}
