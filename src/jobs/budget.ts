import { Problem } from '../errors.ts'

interface Waiting {
  amount: number
  grant(): void
}

/** A counted resource that is shared in the order of asking: a large claim is not passed by smaller later ones. */
export class Budget {
  private taken = 0
  private readonly queue = new Set<Waiting>()

  /** @param total positive */
  constructor(readonly total: number) {}

  get used(): number {
    return this.taken
  }

  /** Claims that wait. */
  get waiting(): number {
    return this.queue.size
  }

  /**
   * Waits for its turn.
   * @returns gives the amount back; harmless when called again
   * @throws RangeError for more than there will ever be; Problem job_cancelled when aborted while waiting
   */
  async acquire(amount: number, signal?: AbortSignal): Promise<() => void> {
    if (!(amount >= 0 && amount <= this.total)) throw new RangeError(`${amount} of ${this.total} can never be granted`)
    if (signal?.aborted) throw cancelled()
    if (this.queue.size > 0 || !this.fits(amount)) await this.turn(amount, signal)
    else this.taken += amount

    let held = true
    return () => {
      if (!held) return
      held = false
      this.taken -= amount
      this.grantNext()
    }
  }

  private turn(amount: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.queue.delete(waiting)
        reject(cancelled())
        this.grantNext()
      }
      const waiting = {
        amount,
        grant: () => {
          signal?.removeEventListener('abort', giveUp)
          resolve()
        }
      }
      this.queue.add(waiting)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  private grantNext(): void {
    for (const waiting of this.queue) {
      if (!this.fits(waiting.amount)) return
      this.queue.delete(waiting)
      this.taken += waiting.amount
      waiting.grant()
    }
  }

  private fits(amount: number): boolean {
    return this.taken + amount <= this.total
  }
}

const cancelled = () => new Problem('job_cancelled', 'The job was cancelled while it waited for its turn.')
