import { zipOf } from './zip.ts'

/** Empty, text, number, truth, date by style, or a cell's own XML with `REF` for its reference. */
export type Cell = null | string | number | boolean | Date | { xml: string }

export interface TestSheet {
  name: string
  rows: readonly (readonly Cell[])[]
  hidden?: boolean
  /** XML behind the rows, such as merged cells. */
  tail?: string
}

export interface TestBook {
  sheets: readonly TestSheet[]
  /** Texts in the cells themselves, as many libraries write them, or in the shared table, as Excel does. */
  texts?: 'shared' | 'inline'
  dateSystem?: 1900 | 1904
  /** Parts to add or to put in the place of those made here; null leaves one out. */
  parts?: Record<string, string | null>
}

export const DATE_TIME_STYLE = 1
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Styles: 0 general, 1 date and time (22), 2 date (14), 3 `dd/mm/yyyy`, 4 `0.00 "days"`, 5 `[h]:mm`. */
const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="0.00 &quot;days&quot;"/><numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts><cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>`

/** The parts of a workbook, written as ECMA-376 asks and without the code that reads them. */
export function workbookParts(book: TestBook): Record<string, string> {
  const strings = new Map<string, number>()
  const sheets = book.sheets.map((sheet) => sheetXml(sheet, book, strings))
  const { sheets: list } = book
  const parts: Record<string, string | null> = {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${SHEET_TYPE}.sharedStrings+xml"/>${list.map((_, at) => `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${book.dateSystem === 1904 ? ' date1904="1"' : ''}/><sheets>${list.map(({ name, hidden }, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}"${hidden ? ' state="hidden"' : ''} r:id="rId${at + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${list.map((_, at) => `<Relationship Id="rId${at + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`).join('')}<Relationship Id="rStyles" Type="${OFFICE}/styles" Target="styles.xml"/><Relationship Id="rStrings" Type="${OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': STYLES,
    ...Object.fromEntries(sheets.map((xml, at) => [`xl/worksheets/sheet${at + 1}.xml`, xml])),
    'xl/sharedStrings.xml': `${HEAD}<sst xmlns="${MAIN}" uniqueCount="${strings.size}">${[...strings.keys()].map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`,
    ...book.parts
  }
  return Object.fromEntries(Object.entries(parts).filter((part): part is [string, string] => part[1] !== null))
}

export const workbook = (book: TestBook): Promise<Buffer> => zipOf(workbookParts(book))

/** A workbook of one sheet. */
export const workbookOf = (rows: TestSheet['rows'], book: Partial<TestBook> = {}): Promise<Buffer> =>
  workbook({ sheets: [{ name: 'Orders', rows }], ...book })

function sheetXml(sheet: TestSheet, book: TestBook, strings: Map<string, number>): string {
  const rows = sheet.rows.map((row, at) => {
    const cells = row.map((cell, column) => cellXml(cell, `${letters(column)}${at + 1}`, book, strings)).join('')
    return cells === '' ? '' : `<row r="${at + 1}">${cells}</row>`
  })
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${rows.join('')}</sheetData>${sheet.tail ?? ''}</worksheet>`
}

function cellXml(cell: Cell, reference: string, book: TestBook, strings: Map<string, number>): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`
  if (typeof cell === 'boolean') return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`
  if (cell instanceof Date)
    return `<c r="${reference}" s="${DATE_TIME_STYLE}"><v>${serial(cell, book.dateSystem)}</v></c>`
  if (typeof cell === 'object') return cell.xml.replaceAll('REF', reference)
  if (book.texts === 'inline') {
    return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`
  }
  const index = strings.get(cell) ?? strings.size
  strings.set(cell, index)
  return `<c r="${reference}" t="s"><v>${index}</v></c>`
}

/** Days since the day before 1 January 1900, one more behind the 29 February 1900 that spreadsheets believe in. */
function serial(date: Date, system: 1900 | 1904 = 1900): number {
  const days = date.getTime() / 86_400_000
  return system === 1904 ? days + 24_107 : days + 25_569
}

const letters = (column: number): string =>
  (column < 26 ? '' : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26))

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
