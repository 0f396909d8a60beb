import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AddressGuard } from '../../../src/data/references/address-guard.ts'
import { type FetcherOptions, openFetcher, openServer, type RemoteServer } from '../../helpers/remote.ts'

/** Listens on the port that every address below names: whoever gets through is counted. */
let server: RemoteServer
let tls: RemoteServer
beforeAll(async () => {
  server = await openServer((_request, response) => response.end('a,b\n1,2\n'))
  tls = await openServer((_request, response) => response.end('a,b\n1,2\n'), 'valid')
})
afterAll(async () => {
  await server.close()
  await tls.close()
})

/** @returns the code of the refusal, which leaves nothing behind; null where the address was fetched */
async function codeOf(url: string, options: FetcherOptions = {}): Promise<string | null> {
  const fetcher = await openFetcher({ ports: [443, 8443, server.port, tls.port], ...options })
  try {
    await fetcher.fetch({ type: 'url', url })
    return null
  } catch (error) {
    expect(await fetcher.uploadsLeft()).toEqual([])
    return (error as { code: string }).code
  } finally {
    await fetcher.close()
  }
}

const connections = () => server.connections() + tls.connections()

const LITERALS = [
  // 93
  '127.0.0.1',
  'localhost',
  'localhost.',
  '0',
  '0.0.0.0',
  // 94
  '2130706433',
  '0x7f.1',
  '0x7f000001',
  '017700000001',
  '127.1',
  // 95
  '127。0。0。1',
  '①②⑦.0.0.1',
  // 96
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[fe80::1%25eth0]',
  '[fe80::1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fec0::1]',
  // 97
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '[fd00::1]',
  '[fd00:ec2::254]',
  '224.0.0.1',
  '[ff02::1]',
  '255.255.255.255',
  '192.0.2.1',
  '198.18.0.1',
  '240.0.0.1'
]

describe('an address is forbidden, and nothing is sent, when it', () => {
  test.each(LITERALS)('is https://%s', async (host) => {
    expect(await codeOf(`https://${host}:${tls.port}/orders.csv`)).toBe('remote_forbidden')
    expect(connections()).toBe(0)
  })

  // 91, 92
  test.each(['http:', 'ftp:', 'gopher:', 'ws:'])('speaks %s', async (scheme) => {
    expect(await codeOf(`${scheme}//127.0.0.1:${server.port}/`)).toBe('remote_forbidden')
    expect(await codeOf(`${scheme}//93.184.216.34/`)).toBe('remote_forbidden')
    expect(connections()).toBe(0)
  })

  test.each(['file:///etc/passwd', 'data:text/csv,a%2Cb', 'javascript:1', 'https:', 'https://', 'https:///etc/passwd'])(
    'is %s',
    async (url) => {
      expect(await codeOf(url)).toBe('remote_forbidden')
    }
  )

  // 100
  test.each(['user:pass@', 'user@', '@', ':@'])('carries %s', async (credentials) => {
    expect(await codeOf(`https://${credentials}93.184.216.34/`)).toBe('remote_forbidden')
  })

  test.each([22, 25, 80, 6379, 8080, 65536])('names port %d', async (port) => {
    expect(await codeOf(`https://93.184.216.34:${port}/`)).toBe('remote_forbidden')
  })

  // 101
  test.each([
    'https://example.com/a\r\nHost: internal',
    'https://example.com/a\nb',
    'https://example.com\t/a',
    'https://example.com/a b',
    'https://example.com#@127.0.0.1/',
    'https://example.com/a#b',
    'https://example.com\\@127.0.0.1/',
    'https:\\\\127.0.0.1/',
    ' https://example.com/'
  ])('could be read in two ways: %j', async (url) => {
    expect(await codeOf(url)).toBe('remote_forbidden')
    expect(connections()).toBe(0)
  })

  // 98
  test.each([
    ['only a private address', ['10.0.0.1']],
    ['a public and a private address', ['93.184.216.34', '127.0.0.1']],
    ['a private and a public address', ['127.0.0.1', '93.184.216.34']],
    ['an address of IPv6 that stands for a private one', ['::ffff:10.0.0.1']],
    ['a link-local address with a zone', ['fe80::1%eth0']],
    ['no address', []]
  ])('has a name that stands for %s', async (_what, addresses) => {
    const lookup = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    expect(await codeOf(`https://files.example.test:${tls.port}/`, { lookup })).toBe('remote_forbidden')
    expect(connections()).toBe(0)
  })

  test('has a name that the real resolver says is this machine', async () => {
    expect(await codeOf(`https://localhost:${tls.port}/`)).toBe('remote_forbidden')
    expect(connections()).toBe(0)
  })
})

test('a name is resolved once for each request, and the connection goes to what was checked', async () => {
  const answers = [['127.0.0.1'], ['10.0.0.1']]
  let asked = 0
  const lookup = async () => (answers[asked++] ?? []).map((address) => ({ address, family: 4 }))
  // The certificate is for the name, so the name still goes to the server although it is not resolved again.
  const fetched = await openServer((_request, response) => response.end('a\n1\n'), 'valid')
  const url = `https://files.example.test:${fetched.port}/`
  try {
    expect(await codeOf(url, { allow: ['127.0.0.0/8'], lookup, ports: [fetched.port] })).toBe(null)
    expect(asked).toBe(1)
    expect(fetched.requests.map(({ headers }) => headers.host)).toEqual([`files.example.test:${fetched.port}`])
    // The second look-up of a rebinding name is a second request's, and is checked like the first.
    expect(await codeOf(url, { allow: ['127.0.0.0/8'], lookup, ports: [fetched.port] })).toBe('remote_forbidden')
  } finally {
    await fetched.close()
  }
})

describe('REMOTE_ALLOW lets in', () => {
  test.each([
    ['an address', '127.0.0.1', '127.0.0.1'],
    ['a range', '127.0.0.0/8', '127.0.0.1'],
    ['a name, whatever it stands for', 'localhost', 'localhost']
  ])('%s, also by http', async (_what, entry, host) => {
    const before = server.requests.length
    const url = `http://${host}:${server.port}/a.csv`
    expect(await codeOf(url, { allow: [entry], ports: [server.port] })).toBe(null)
    expect(server.requests.length).toBe(before + 1)
  })

  test('nothing that it does not name', async () => {
    const before = connections()
    expect(await codeOf(`http://127.0.0.1:${server.port}/`, { allow: ['10.0.0.0/8', 'files.intranet'] })).toBe(
      'remote_forbidden'
    )
    expect(await codeOf('http://93.184.216.34:443/', { allow: ['10.0.0.0/8'] })).toBe('remote_forbidden')
    expect(connections()).toBe(before)
  })

  test('no range that cannot be read', () => {
    expect(() => new AddressGuard({ allow: ['10.0.0.0/99'], ports: [] })).toThrow('10.0.0.0/99')
  })
})

// 99
describe('a redirect', () => {
  test.each([
    ['to http', 'http://93.184.216.34/'],
    ['to this machine', 'https://127.0.0.1/'],
    ['to a private address', 'https://10.0.0.1/'],
    ['to metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['to a number', 'https://2130706433/'],
    ['to IPv6 of this machine', 'https://[::1]/'],
    ['to a file', 'file:///etc/passwd'],
    ['to another port', 'https://93.184.216.34:22/'],
    ['with a password', 'https://a:b@93.184.216.34/'],
    ['to what could be read in two ways', 'https://93.184.216.34\\@127.0.0.1/']
  ])('%s is forbidden', async (_what, location) => {
    const from = await openServer((_request, response) => response.writeHead(302, { location }).end())
    // The first host is allowed by name, the second is not.
    const options = { allow: ['localhost'], ports: [from.port, 443] }
    try {
      expect(await codeOf(`http://localhost:${from.port}/`, options)).toBe('remote_forbidden')
      expect(from.requests.length).toBe(1)
    } finally {
      await from.close()
    }
  })

  test('is followed three times and no further, and carries nothing along', async () => {
    const from = await openServer((request, response) => {
      const hop = Number(request.url?.slice(1))
      // From /0 it is three redirects to the file, from /4 it would be four.
      if (hop === 3) response.end('a\n1\n')
      else response.writeHead(302, { location: `/${(hop + 1) % 5}`, 'set-cookie': 'a=b' }).end()
    })
    const options = { allow: ['127.0.0.1'], ports: [from.port] }
    try {
      expect(await codeOf(`http://127.0.0.1:${from.port}/0`, options)).toBe(null)
      expect(from.requests.map(({ path }) => path)).toEqual(['/0', '/1', '/2', '/3'])
      for (const { headers } of from.requests) expect(Object.keys(headers)).not.toContain('cookie')
      expect(await codeOf(`http://127.0.0.1:${from.port}/4`, options)).toBe('remote_forbidden')
    } finally {
      await from.close()
    }
  })

  test('in a loop ends', async () => {
    const from = await openServer((_request, response) => response.writeHead(307, { location: '/' }).end())
    try {
      const options = { allow: ['127.0.0.1'], ports: [from.port] }
      expect(await codeOf(`http://127.0.0.1:${from.port}/`, options)).toBe('remote_forbidden')
      expect(from.requests.length).toBe(4)
    } finally {
      await from.close()
    }
  })
})

// 105
describe('a certificate', () => {
  test.each(['expired', 'other-host'] as const)('that is %s ends the fetch before anything is asked', async (name) => {
    const bad = await openServer((_request, response) => response.end('a\n1\n'), name)
    try {
      const url = `https://localhost:${bad.port}/`
      expect(await codeOf(url, { allow: ['localhost'], ports: [bad.port] })).toBe('remote_tls')
      expect(bad.requests).toEqual([])
    } finally {
      await bad.close()
    }
  })

  test('of an unknown authority ends the fetch before anything is asked', async () => {
    const before = tls.requests.length
    const url = `https://localhost:${tls.port}/`
    expect(await codeOf(url, { allow: ['localhost'], ca: undefined })).toBe('remote_tls')
    expect(tls.requests.length).toBe(before)
  })

  test('is needed: a server without TLS is none', async () => {
    const before = server.requests.length
    expect(await codeOf(`https://localhost:${server.port}/`, { allow: ['localhost'] })).toBe('remote_tls')
    expect(server.requests.length).toBe(before)
  })

  test('that is right lets the fetch through', async () => {
    expect(await codeOf(`https://localhost:${tls.port}/`, { allow: ['localhost'], ports: [tls.port] })).toBe(null)
  })
})
