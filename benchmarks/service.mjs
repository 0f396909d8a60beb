// A server in a process of its own, for as long as it is measured.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../scripts/free-port.mjs'
import { onCore } from './load.mjs'

const project = join(import.meta.dirname, '..')

/** The built service on a data folder. */
export const startService = (dataDir, environment = {}) =>
  start(['dist/main.js'], '/health/ready', (port) => ({
    DATA_DIR: dataDir,
    PORT: String(port),
    LOG_LEVEL: 'error',
    UV_THREADPOOL_SIZE: '16',
    ...environment
  }))

/** A script that listens on the port in its argument, and answers `ready` once it does. */
export const startPeer = (script, ready) => start([script], ready, () => ({}))

async function start([script, ...more], ready, environment) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const [command, ...about] = onCore(0, [process.execPath, join(project, script), String(port), ...more])
  const server = spawn(command, about, {
    env: { ...process.env, ...environment(port) },
    stdio: 'inherit'
  })
  while (!(await answers(origin + ready))) {
    if (server.exitCode !== null) throw new Error(`${script} ended with ${server.exitCode}`)
    await sleep(50)
  }
  return {
    origin,
    pid: server.pid,
    async stop() {
      server.kill('SIGTERM')
      if (server.exitCode === null) await once(server, 'exit')
    }
  }
}

const answers = (url) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false
  )
