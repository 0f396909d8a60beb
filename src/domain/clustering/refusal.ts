export type RefusalCode = 'too_few_customers' | 'k_too_large' | 'degenerate_data' | 'distance_not_supported'

/** The data cannot be clustered as asked. The message tells the caller what to change; the code is a problem's code. */
export class TrainingRefused extends Error {
  override readonly name = 'TrainingRefused'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The caller no longer wants the result. */
export class TrainingCancelled extends Error {
  override readonly name = 'TrainingCancelled'

  constructor() {
    super('the training was cancelled')
  }
}
