// Adds to package-lock.json what npm leaves out of it when a registry does not carry the binaries of other platforms:
// with entries missing, `npm ci` refuses the file everywhere. Run after `npm install`; `--check` only tells.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(
      ([name]) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages)
    )
    .map(([name, version]) => ({ name, version, dev: entry.dev }))
)

if (process.argv.includes('--check')) {
  for (const { name } of missing) console.error(`Missing in package-lock.json: ${name}`)
  process.exit(missing.length === 0 ? 0 : 1)
}
for (const { name, version, dev } of missing) {
  lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev && { dev }), optional: true }
}
const entries = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`)
console.log(`${missing.length} entries added`)

/** The platform as such packages write it at the end of their names, for example `linux-arm-musleabihf`. */
function platformOf(name) {
  const parts = /(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name)
  if (parts === null) throw new Error(`Cannot tell the platform of ${name}`)
  const [, os, cpu, abi = ''] = parts
  return { os: [os], cpu: [cpu], ...(os === 'linux' && { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] }) }
}
