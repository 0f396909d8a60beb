// Carries out the Dockerfile without a Docker engine: every stage in a scratch folder of its own, with this machine's Node
// in place of the base image. Then starts the CMD as the image's user and waits for the HEALTHCHECK. Needs root for the
// user and the owner of the volume. What it cannot show: that the base image exists and has what the steps call.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, posix } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.mjs'

const project = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'tessera-image-'))
chmodSync(scratch, 0o755)

try {
  const image = build(copyContext())
  await start(image)
  console.log('The Dockerfile builds, starts as its user, passes its health check and stops on SIGTERM.')
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** Instructions in order, continuation lines joined, comments dropped. */
function instructions() {
  const text = readFileSync(join(project, 'Dockerfile'), 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword, rest] = /^(\w+)\s+(.*)$/.exec(line.trim())
      return { keyword: keyword.toUpperCase(), rest }
    })
}

/** What Docker would send to the build: the project without what .dockerignore leaves out. The last match decides. */
function copyContext() {
  const rules = readFileSync(join(project, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: line.replace(/^!/, '').replace(/\/$/, '') }))
  const expression = (pattern) =>
    new RegExp(
      `^${pattern.replace(/[.+^${}()|[\]]/g, '\\$&').replace(/\*\*?/g, (stars) => (stars === '*' ? '[^/]*' : '.*'))}(/|$)`
    )
  const matchers = rules.map(({ keeps, pattern }) => ({ keeps, matches: expression(pattern) }))

  const context = join(scratch, 'context')
  const walk = (folder) => {
    for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name)
      const kept = matchers.findLast(({ matches }) => matches.test(path))?.keeps ?? true
      const mayHoldKept = rules.some(({ keeps, pattern }) => keeps && pattern.startsWith(`${path}/`))
      if (entry.isDirectory() && (kept || mayHoldKept)) walk(path)
      else if (!entry.isDirectory() && kept) cpSync(join(project, path), join(context, path))
    }
  }
  mkdirSync(context)
  walk('')
  return context
}

/** Carries out all stages and returns the last. */
function build(context) {
  const stages = []
  for (const { keyword, rest } of instructions()) {
    const stage = stages.at(-1)
    if (keyword !== 'COPY' || !rest.includes('--from')) console.log(`${keyword} ${rest}`)
    else console.log(`COPY ${rest}`)

    if (keyword === 'FROM') {
      const root = join(scratch, `stage-${stages.length}`)
      mkdirSync(root)
      stages.push({ name: / AS (\S+)$/i.exec(rest)?.[1], root, folder: '/', environment: {} })
    } else if (keyword === 'WORKDIR') {
      stage.folder = posix.resolve(stage.folder, rest)
      mkdirSync(inside(stage, '.'), { recursive: true })
    } else if (keyword === 'ENV') {
      for (const [, name, value] of rest.matchAll(/(\w+)=(\S+)/g)) stage.environment[name] = value
    } else if (keyword === 'COPY') {
      const from = /--from=(\S+)/.exec(rest)?.[1]
      const source = from === undefined ? undefined : stages.find(({ name }) => name === from)
      const paths = rest.split(/\s+/).filter((part) => !part.startsWith('--'))
      copy(
        stage,
        paths.slice(0, -1).map((path) => (source ? join(source.root, path) : join(context, path))),
        paths.at(-1)
      )
    } else if (keyword === 'RUN') {
      const command = rest.replace(/(?<=^|\s)\/\S*/g, (path) => join(stage.root, path))
      execFileSync('sh', ['-c', command], { cwd: inside(stage, '.'), env: environmentOf(stage), stdio: 'inherit' })
    } else if (keyword === 'USER') {
      const [uid, gid] = rest.split(':').map(Number)
      Object.assign(stage, { uid, gid })
    } else if (keyword === 'CMD') {
      stage.command = JSON.parse(rest)
    } else if (keyword === 'HEALTHCHECK') {
      stage.healthcheck = JSON.parse(rest.slice(rest.indexOf('[')))
    } else if (keyword !== 'VOLUME' && keyword !== 'EXPOSE') {
      throw new Error(`The replay does not know ${keyword}.`)
    }
  }
  return stages.at(-1)
}

function inside(stage, path) {
  return join(stage.root, posix.resolve(stage.folder, path))
}

/** Docker's rule: a folder's content is copied, a file goes into a target that ends with a slash. */
function copy(stage, sources, target) {
  for (const source of sources) {
    const into = target.endsWith('/') && statSync(source).isFile()
    cpSync(source, inside(stage, into ? posix.join(target, basename(source)) : target), {
      recursive: true,
      verbatimSymlinks: true
    })
  }
}

/** Only what the image would have, and npm's own settings. Absolute folders are mapped below the stage. */
function environmentOf(stage, more = {}) {
  const npm = Object.entries(process.env).filter(([name]) => /^npm_config_/i.test(name))
  const own = Object.entries(stage.environment).map(([name, value]) => [
    name,
    value.startsWith('/') ? join(stage.root, value) : value
  ])
  return { PATH: process.env.PATH, HOME: process.env.HOME, ...Object.fromEntries([...npm, ...own]), ...more }
}

async function start(stage) {
  const port = await freePort()
  // Loopback instead of the image's 0.0.0.0, at which the service rightly refuses to start without keys.
  const env = environmentOf(stage, { HOST: '127.0.0.1', PORT: String(port), HOME: '/nonexistent' })
  const as = { cwd: inside(stage, '.'), env, uid: stage.uid, gid: stage.gid }
  const [file, ...args] = stage.command
  const service = spawn(file, args, { ...as, stdio: 'inherit' })
  const gone = once(service, 'exit')

  for (let attempt = 0; !(await healthy(stage, as)); attempt++) {
    if (service.exitCode !== null) throw new Error(`The service ended with exit code ${service.exitCode}.`)
    if (attempt === 120) throw new Error('The health check did not pass within 120 attempts.')
    await sleep(1000)
  }
  service.kill('SIGTERM')
  const [code, signal] = await gone
  if (code !== 0) throw new Error(`SIGTERM ended the service with ${signal ?? `exit code ${code}`}.`)
}

async function healthy(stage, as) {
  const [file, ...args] = stage.healthcheck
  const [code] = await once(spawn(file, args, { ...as, stdio: 'ignore' }), 'exit')
  return code === 0
}
