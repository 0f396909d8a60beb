import { Problem } from '../errors.ts'
import { Budget } from './budget.ts'

const MIB = 1024 * 1024

/**
 * The memory that all trainings together may plan with. A thread's typed arrays are bounded by nothing else: its heap
 * limit does not count them.
 */
export class MemoryBudget {
  private readonly budget: Budget

  /** @param totalBytes positive */
  constructor(totalBytes: number) {
    this.budget = new Budget(totalBytes)
  }

  get totalBytes(): number {
    return this.budget.total
  }

  /** @throws Problem training_too_large when so much will never be free */
  check(bytes: number): void {
    if (bytes <= this.budget.total) return
    throw new Problem(
      'training_too_large',
      `The training needs about ${mebibytes(bytes)} MiB and may take ${mebibytes(this.budget.total)} MiB: choose method auto or coreset, fewer features, a smaller range of k or a shorter window, or raise TRAINING_MEMORY_BYTES.`,
      { extensions: { needed_bytes: Math.ceil(bytes), allowed_bytes: this.budget.total } }
    )
  }

  /**
   * Waits until so much is free, in the order of asking.
   * @returns gives the memory back
   * @throws Problem training_too_large, job_cancelled
   */
  async acquire(bytes: number, signal?: AbortSignal): Promise<() => void> {
    this.check(bytes)
    return this.budget.acquire(bytes, signal)
  }
}

const mebibytes = (bytes: number): string => Math.ceil(bytes / MIB).toLocaleString('en')
