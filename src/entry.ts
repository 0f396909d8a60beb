import { fileURLToPath } from 'node:url'

/**
 * Where the JavaScript of a worker thread or child process lies.
 *
 * Threads and processes cannot be started from TypeScript on Node 20. A service started from dist/ finds the
 * file beside its caller; a test that runs the sources finds the one that `npm test` has just built.
 *
 * @param path the entry below src/, for example `jobs/workers/train.worker.ts`
 */
export function entryPoint(path: string): string {
  const here = fileURLToPath(import.meta.url)
  const root = here.endsWith('.ts') ? new URL('../dist/', import.meta.url) : new URL('./', import.meta.url)
  return fileURLToPath(new URL(path.replace(/\.ts$/, '.js'), root))
}
