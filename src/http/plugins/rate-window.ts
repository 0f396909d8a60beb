/** More callers than these in one window push out the one whose window ends first. */
const MOST_CALLERS = 5000

export interface Budget {
  /** Requests left in the window; below 0 when there were too many. */
  left: number
  /** Whole seconds to the end of the window. */
  seconds: number
}

interface Window {
  count: number
  endsAt: number
}

/** Counts requests of each caller in windows that begin with its first request. */
export class RateWindow {
  /** In the order in which the windows end. */
  private readonly windows = new Map<string, Window>()

  constructor(
    private readonly most: number,
    private readonly windowMs: number
  ) {}

  /** Counts one request of the caller at `now`, in milliseconds. */
  count(caller: string, now: number): Budget {
    let window = this.windows.get(caller)
    if (window === undefined || now >= window.endsAt || now < window.endsAt - this.windowMs) {
      window = { count: 0, endsAt: now + this.windowMs }
      this.windows.delete(caller)
      if (this.windows.size === MOST_CALLERS) this.windows.delete(this.windows.keys().next().value as string)
      this.windows.set(caller, window)
    }
    window.count++
    return { left: this.most - window.count, seconds: Math.ceil((window.endsAt - now) / 1000) }
  }
}
