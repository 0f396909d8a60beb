/** A spreadsheet takes a cell that starts so for a formula (CWE-1236); the apostrophe before it is hidden there. */
export const formulaSafe = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/** A cell after RFC 4180: in quotes where it must be. */
export const quotedCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** A cell of any text, safe to open. */
export const textCell = (text: string): string => quotedCell(formulaSafe(text))
