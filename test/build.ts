import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The tests run what is built, so that is built first. */
export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/build.mjs')], { stdio: 'inherit' })
}
