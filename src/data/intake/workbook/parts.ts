import { Problem } from '../../../errors.ts'
import type { ZipArchive, ZipEntry } from '../archive/zip.ts'
import type { DateSystem } from './serial-date.ts'
import { invalid, prefixed, readXml } from './xml.ts'

/** Excel sets no limit; each sheet's head is looked at. */
const SHEETS_MAX = 500

export interface Sheet {
  name: string
  hidden: boolean
  part: ZipEntry
}

/** Which parts of the package hold what. */
export interface Parts {
  /** In the order of the tabs; pictures of charts that have a tab of their own are none. */
  sheets: Sheet[]
  strings: ZipEntry | undefined
  styles: ZipEntry | undefined
  dateSystem: DateSystem
}

/**
 * Follows the relationships from the root of the package: where the parts lie is the writer's own choice.
 * @throws Problem xlsx_invalid, unsupported_format
 */
export async function findParts(archive: ZipArchive): Promise<Parts> {
  const root = await relationships(archive, '')
  const workbook = root.find(({ type }) => type === 'officeDocument')?.target
  if (workbook === undefined) throw invalid('The workbook does not say where its sheets are')
  const related = await relationships(archive, workbook)
  const entryOf = (type: string) => {
    const target = related.find((each) => each.type === type)?.target
    return target === undefined ? undefined : entry(archive, target)
  }
  const { listed, dateSystem } = await readWorkbook(archive, workbook)
  const sheets = listed.flatMap(({ name, hidden, id }) => {
    const found = related.find((each) => each.id === id)
    if (found === undefined) throw invalid(`The workbook does not say where the sheet ${quoted(name)} is`)
    return found.type === 'worksheet' ? { name, hidden, part: entry(archive, found.target) } : []
  })
  if (sheets.length === 0) throw invalid('The workbook has no sheet')
  return { sheets, dateSystem, strings: entryOf('sharedStrings'), styles: entryOf('styles') }
}

interface Relationship {
  id: string
  /** Last part of its address, which is the same in both editions of the standard. */
  type: string
  /** Name of the part in the archive. */
  target: string
}

/** The relationships of a part, or of the package where its name is empty. */
async function relationships(archive: ZipArchive, part: string): Promise<Relationship[]> {
  const slash = part.lastIndexOf('/') + 1
  const folder = part.slice(0, slash)
  const found: Relationship[] = []
  const file = archive.find(`${folder}_rels/${part.slice(slash)}.rels`)
  if (file === undefined) return found
  await readXml(archive.read(file), {
    open(name, { Id, Type, Target, TargetMode }) {
      if (name !== 'Relationship' || TargetMode === 'External' || !Id || !Type || !Target) return
      if (found.length >= 2 * SHEETS_MAX) throw tooManySheets()
      found.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), target: resolve(folder, Target) })
    },
    close() {}
  })
  return found
}

/** A target from the root of the package, as a name in the archive; `..` cannot lead further up than that root. */
function resolve(folder: string, target: string): string {
  const path: string[] = []
  for (const step of (target.startsWith('/') ? target : folder + target).split('/')) {
    if (step === '..') path.pop()
    else if (step !== '' && step !== '.') path.push(step)
  }
  return path.join('/')
}

async function readWorkbook(archive: ZipArchive, part: string) {
  const listed: { name: string; hidden: boolean; id: string | undefined }[] = []
  let dateSystem: DateSystem = 1900
  await readXml(archive.read(entry(archive, part)), {
    open(name, attributes) {
      if (name === 'workbookPr' && /^(1|true|on)$/.test(attributes.date1904 ?? '')) dateSystem = 1904
      if (name !== 'sheet') return
      if (listed.length >= SHEETS_MAX) throw tooManySheets()
      const hidden = attributes.state === 'hidden' || attributes.state === 'veryHidden'
      listed.push({ name: attributes.name ?? '', hidden, id: prefixed(attributes, 'id') })
    },
    close() {}
  })
  return { listed, dateSystem: dateSystem as DateSystem }
}

function entry(archive: ZipArchive, name: string): ZipEntry {
  const found = archive.find(name)
  if (found === undefined) throw invalid('A part of the workbook is missing')
  return found
}

const tooManySheets = (): Problem =>
  new Problem('xlsx_invalid', `The workbook has more than ${SHEETS_MAX} sheets; save the one with the orders alone.`)

export const quoted = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
