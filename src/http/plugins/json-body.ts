import { isUtf8 } from 'node:buffer'
import type { core } from 'zod'
import { Problem } from '../../errors.ts'
import type { App } from '../types.ts'
import { validationProblem } from './validation.ts'

/** JSON is UTF-8 (RFC 8259, 8.1); a charset that says otherwise is a body we would misread. */
const JSON_TYPE = /^application\/json(?:\s*;\s*[!#$%&'*+.^_`|~\w-]+=(?:[!#$%&'*+.^_`|~\w-]+|"[^"\\]*"))*\s*$/i
const CHARSET = /;\s*charset="?([^";\s]+)/i

const NULL_BODY: core.$ZodIssue = {
  code: 'invalid_type',
  expected: 'object',
  input: null,
  path: [],
  message: 'must be an object, not null'
}

/**
 * Takes JSON bodies and nothing else; bytes that are not UTF-8 are an error instead of replacement characters.
 *
 * @param quickly reads the bodies that it knows at a glance; null for all others, which are parsed
 */
export function jsonBody(app: App, quickly: (body: Buffer) => unknown = () => null): void {
  app.removeContentTypeParser(['text/plain', 'application/json'])
  const parse = app.getDefaultJsonParser('error', 'error')

  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const contentType = request.headers['content-type'] ?? ''
    if (contentType === 'application/json') {
      const read = quickly(body)
      if (read !== null) return done(null, read)
    }
    const [, charset = 'utf-8'] = CHARSET.exec(contentType) ?? []
    if (!JSON_TYPE.test(contentType) || contentType.includes('\t')) {
      return done(new Problem('unsupported_media_type', 'Send the body as application/json.'))
    }
    if (!/^(utf-?8|us-ascii)$/i.test(charset)) {
      return done(new Problem('unsupported_media_type', 'JSON is UTF-8: send no other charset.'))
    }
    if (!isUtf8(body)) return done(new Problem('invalid_json', 'The body is not valid UTF-8.'))
    const text = body.toString('utf8').replace(/^\uFEFF/, '')
    if (text.trim() === '') return done(new Problem('body_required', 'The body is empty: send a JSON object.'))
    parse(request, text, (error, value) => {
      // Handed on, null would look like no body at all.
      if (value === null) return done(validationProblem([NULL_BODY], 'body'))
      done(error, value)
    })
  })
}
