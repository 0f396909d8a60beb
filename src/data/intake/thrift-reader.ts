/** What a struct of Thrift's compact protocol says, by the numbers of its fields: whole numbers and structs; texts, lists and the rest are passed over. */
export type Struct = ReadonlyMap<number, number | Struct>

const [TRUE, FALSE, I8, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
/** Page headers nest three deep. */
const DEPTH_MAX = 16

/**
 * Reads one struct.
 * @returns undefined where the bytes end before it does, or are none
 */
export function readStruct(bytes: Buffer): { struct: Struct; length: number } | undefined {
  const reader = new Reader(bytes)
  const struct = reader.struct(0)
  return reader.failed ? undefined : { struct, length: reader.at }
}

class Reader {
  at = 0
  failed = false

  constructor(private readonly bytes: Buffer) {}

  struct(depth: number): Struct {
    const fields = new Map<number, number | Struct>()
    let field = 0
    while (!this.failed) {
      const head = this.byte()
      if (head === 0) break
      field = head >> 4 === 0 ? this.signed() : field + (head >> 4)
      const value = this.value(head & 0x0f, depth)
      if (value !== undefined) fields.set(field, value)
    }
    return fields
  }

  private value(type: number, depth: number): number | Struct | undefined {
    switch (type) {
      case TRUE:
        return 1
      case FALSE:
        return 0
      case I8:
        return this.byte()
      case I16:
      case I32:
      case I64:
        return this.signed()
      case DOUBLE:
        return this.skip(8)
      case BINARY:
        return this.skip(this.varint())
      case STRUCT:
        if (depth < DEPTH_MAX) return this.struct(depth + 1)
        break
      case LIST:
      case SET:
        return this.list(depth)
      case MAP:
        return this.map(depth)
    }
    this.failed = true
    return undefined
  }

  private list(depth: number): undefined {
    const head = this.byte()
    const size = head >> 4 === 15 ? this.varint() : head >> 4
    for (let each = 0; each < size && !this.failed; each++) this.element(head & 0x0f, depth)
  }

  private map(depth: number): undefined {
    const size = this.varint()
    const types = size === 0 ? 0 : this.byte()
    for (let each = 0; each < size && !this.failed; each++) {
      this.element(types >> 4, depth)
      this.element(types & 0x0f, depth)
    }
  }

  /** Inside of lists a truth value takes a byte. */
  private element(type: number, depth: number): void {
    if (type === TRUE || type === FALSE) this.byte()
    else if (depth < DEPTH_MAX) this.value(type, depth + 1)
    else this.failed = true
  }

  private byte(): number {
    if (this.at >= this.bytes.length) {
      this.failed = true
      return 0
    }
    return this.bytes[this.at++]!
  }

  private skip(count: number): undefined {
    this.at += count
    if (this.at > this.bytes.length) this.failed = true
  }

  private varint(): number {
    let value = 0
    let scale = 1
    for (let each = 0; each < 10; each++) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
    this.failed = true
    return 0
  }

  /** Zigzag. */
  private signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
