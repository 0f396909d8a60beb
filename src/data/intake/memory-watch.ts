import { readFile } from 'node:fs/promises'

const INTERVAL_MS = 250

/**
 * Calls `onExceeded` once when a process holds more memory than allowed. Linux only: elsewhere DuckDB's own limit and
 * the heap limit are all there is.
 * @returns a function that ends the watch
 */
export function watchMemory(pid: number, maxBytes: number, onExceeded: () => void): () => void {
  if (process.platform !== 'linux') return () => {}
  const timer = setInterval(async () => {
    const bytes = await residentBytes(pid)
    if (bytes === null || bytes <= maxBytes) return
    clearInterval(timer)
    onExceeded()
  }, INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}

async function residentBytes(pid: number): Promise<number | null> {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  } catch {
    return null
  }
}

/** Processes that the kernel has ended so far because memory ran out, of the machine or of a container; 0 where it does not say. */
export async function countOomKills(): Promise<number> {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(await readFile('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
