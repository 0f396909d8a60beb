/** A page of a list; `next_cursor` is opaque to callers and null at the end. */
export interface PageOf<Item> {
  data: Item[]
  next_cursor: string | null
}

export interface PageRequest {
  limit: number
  cursor?: string | undefined
}
