import type { FileHandle } from 'node:fs/promises'
import { type FileSystem, realFileSystem } from '../../src/stores/durable-file.ts'

export interface FailingFileSystem extends FileSystem {
  /** From now on: the n-th call (1 is the next) rejects with this error code; 0 lets all pass. */
  failAt(n: number, code: string): void
  /** From now on: every call rejects with this error code, until `failAt`. */
  failAlways(code: string): void
  /** Whether the chosen call has come. */
  readonly failed: boolean
}

/**
 * The real file system with one failure: every operation is carried out but the chosen one, which rejects as the
 * system would. A failing write leaves half of its text behind, as a full disk does.
 */
export function failingFileSystem(): FailingFileSystem {
  let left = 0
  let code = 'EIO'
  let failed = false
  let always = false

  const strikes = (): boolean => {
    if (always) return true
    left -= 1
    if (left === 0) failed = true
    return left === 0
  }
  const fault = () => Object.assign(new Error(`${code}: injected`), { code })
  const guard =
    <Args extends unknown[], Result>(operation: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (strikes()) throw fault()
      return operation(...args)
    }

  const guardHandle = (handle: FileHandle): FileHandle => {
    const { writeFile, sync, close } = handle
    handle.writeFile = async (data, options) => {
      if (!strikes()) return writeFile.call(handle, data, options)
      const text = String(data)
      await writeFile.call(handle, text.slice(0, text.length / 2), options)
      throw fault()
    }
    handle.sync = guard(sync.bind(handle))
    handle.close = async () => {
      await close.call(handle)
      if (strikes()) throw fault()
    }
    return handle
  }

  return {
    ...realFileSystem,
    open: (async (...args: Parameters<FileSystem['open']>) =>
      guardHandle(await guard(realFileSystem.open)(...args))) as FileSystem['open'],
    rename: guard(realFileSystem.rename),
    unlink: guard(realFileSystem.unlink),
    mkdir: guard(realFileSystem.mkdir as never) as FileSystem['mkdir'],
    failAt(n, errorCode) {
      left = n
      code = errorCode
      failed = false
      always = false
    },
    failAlways(errorCode) {
      code = errorCode
      always = true
    },
    get failed() {
      return failed
    }
  }
}
