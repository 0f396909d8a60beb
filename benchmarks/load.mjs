// Load on an address, by wrk where it is installed, else by autocannon, which is slower than what it measures.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import autocannon from 'autocannon'

const run = promisify(execFile)

export const generator = installed('wrk') ? 'wrk' : 'autocannon'

/** Puts a command on one core, where the system can. The servers have core 0; the load has core 1. */
export const onCore = (core, command) =>
  availableParallelism() > 1 && installed('taskset') ? ['taskset', '-c', String(core), ...command] : command

/**
 * Sends the requests over and over. Every answer must be a 2xx.
 *
 * @param {string} origin `http://host:port`
 * @param {{method: string, path: string, body?: string}[]} requests ASCII
 * @returns requests a second, and the 50th and 99th percentile of the time to the answer in milliseconds
 */
export async function load(origin, requests, { connections, seconds }) {
  const figures =
    generator === 'wrk'
      ? await byWrk(origin, requests, connections, seconds)
      : await byAutocannon(origin, requests, connections, seconds)
  if (figures.failed > 0) throw new Error(`${figures.failed} answers of ${requests[0].path} were no 2xx`)
  return figures
}

async function byWrk(origin, requests, connections, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-wrk-'))
  const script = join(folder, 'requests.lua')
  try {
    writeFileSync(script, luaOf(requests))
    const about = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, origin]
    const [command, ...more] = onCore(1, ['wrk', ...about])
    const { stdout } = await run(command, more)
    const figure = (pattern) => pattern.exec(stdout)?.slice(1)
    const milliseconds = (percentile) => {
      const [value, unit] = figure(new RegExp(`${percentile}%\\s+([\\d.]+)(us|ms|s)\\b`)) ?? [Number.NaN]
      return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]
    }
    return {
      requestsPerSecond: Number(figure(/Requests\/sec:\s+([\d.]+)/)[0]),
      p50: milliseconds(50),
      p99: milliseconds(99),
      failed: Number(figure(/Non-2xx or 3xx responses: (\d+)/)?.[0] ?? 0)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The requests are written out once, so that wrk only sends. JSON's escapes of ASCII text are Lua's too. */
function luaOf(requests) {
  const rows = requests.map(
    ({ method, path, body }) =>
      `{${JSON.stringify(method)}, ${JSON.stringify(path)}, ${body === undefined ? 'nil' : JSON.stringify(body)}}`
  )
  return `
local rows = {${rows.join(',\n')}}
local texts, at = {}, 0
init = function()
  for i, row in ipairs(rows) do
    local headers = row[3] and {["content-type"] = "application/json"} or {}
    texts[i] = wrk.format(row[1], row[2], headers, row[3])
  end
end
request = function()
  at = at % #texts + 1
  return texts[at]
end
`
}

async function byAutocannon(origin, requests, connections, duration) {
  const headers = { 'content-type': 'application/json' }
  const result = await autocannon({
    url: origin,
    connections,
    duration,
    requests: requests.map(({ body, ...request }) => ({ ...request, ...(body && { body, headers }) }))
  })
  return {
    requestsPerSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors
  }
}

function installed(command) {
  try {
    execFileSync(command, ['-v'], { stdio: 'ignore' })
    return true
  } catch (error) {
    return error.code !== 'ENOENT'
  }
}
