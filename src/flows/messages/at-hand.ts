/** What a story gives without a promise where nothing has to be waited for: a promise costs as much as looking a customer up. */
export type AtHand<Value> = Value | Promise<Value>

/** What `next` makes of the value: at once where it is at hand. */
export const afterwards = <Value, Result>(
  value: AtHand<Value>,
  next: (value: Value) => AtHand<Result>
): AtHand<Result> => (value instanceof Promise ? value.then(next) : next(value))
