/** Thrift's compact protocol, as far as Parquet's own descriptions need it: structs of numbers, texts, structs and lists. */
const I32 = 5
const I64 = 6
const TEXT = 8
const LIST = 9
const STRUCT = 12

export class Thrift {
  private bytes = Buffer.alloc(64)
  private used = 0
  private lastField = 0

  static struct(write: (struct: Thrift) => void): Buffer {
    const struct = new Thrift()
    write(struct)
    struct.byte(0)
    return struct.bytes.subarray(0, struct.used)
  }

  i32(field: number, value: number): void {
    this.head(field, I32)
    this.number(value)
  }

  i64(field: number, value: number): void {
    this.head(field, I64)
    this.number(value)
  }

  text(field: number, value: string): void {
    this.head(field, TEXT)
    this.characters(value)
  }

  struct(field: number, write: (struct: Thrift) => void): void {
    this.head(field, STRUCT)
    this.nested(write)
  }

  i32s(field: number, values: readonly number[]): void {
    this.listHead(field, I32, values.length)
    for (const value of values) this.number(value)
  }

  texts(field: number, values: readonly string[]): void {
    this.listHead(field, TEXT, values.length)
    for (const value of values) this.characters(value)
  }

  structs<Item>(
    field: number,
    items: readonly Item[],
    write: (struct: Thrift, item: Item, index: number) => void
  ): void {
    this.listHead(field, STRUCT, items.length)
    for (const [index, item] of items.entries()) this.nested((struct) => write(struct, item, index))
  }

  private byte(value: number): void {
    if (this.used === this.bytes.length) this.bytes = Buffer.concat([this.bytes], 2 * this.used)
    this.bytes[this.used++] = value
  }

  private head(field: number, type: number): void {
    this.byte(((field - this.lastField) << 4) | type)
    this.lastField = field
  }

  private listHead(field: number, type: number, length: number): void {
    this.head(field, LIST)
    if (length < 15) this.byte((length << 4) | type)
    else {
      this.byte(0xf0 | type)
      this.varint(length)
    }
  }

  private nested(write: (struct: Thrift) => void): void {
    const outer = this.lastField
    this.lastField = 0
    write(this)
    this.byte(0)
    this.lastField = outer
  }

  private characters(value: string): void {
    const bytes = Buffer.from(value)
    this.varint(bytes.length)
    for (const byte of bytes) this.byte(byte)
  }

  /** Zigzag. */
  private number(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** Also beyond 32 bits. */
  private varint(value: number): void {
    for (const byte of varint(value)) this.byte(byte)
  }
}

/** Seven bits a byte, the lowest first. */
export function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return bytes
}
