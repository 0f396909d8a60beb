/**
 * Where orders lie, in the caller's words. Inner: the query of an address may be a signature that lets anyone in, so
 * this is kept and never sent or logged; `locationOf` is what is shown.
 */
export type Reference =
  | { type: 'url'; url: string }
  | { type: 'path'; path: string }
  | { type: 's3'; bucket: string; key: string }
  | { type: 'postgres' | 'mysql'; connection: string; query: string }

/** By what a source tells one version of its content from another; empty where it tells nothing. */
export interface SourceVersion {
  /** As the server sent it, quotes included. */
  etag?: string
  /** As the server sent it. */
  last_modified?: string
  /** Device, inode, size and time of change of a file. */
  stamp?: string
}

/** What may be told of a reference: without the query and fragment of an address. */
export function locationOf(reference: Reference): string {
  switch (reference.type) {
    case 'url': {
      const [address = ''] = reference.url.split(/[?#]/, 1)
      return address.length < reference.url.length ? `${address}?…` : address
    }
    case 'path':
      return reference.path
    case 's3':
      return `s3://${reference.bucket}/${reference.key}`
    default:
      return reference.connection
  }
}
