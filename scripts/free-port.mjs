import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to whoever connects or asks for any. */
const [FIRST, BEYOND] = [10_000, 32_000]

/** A port on which nobody listens, and which the system will not give to anybody before its use. */
export async function freePort() {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * (BEYOND - FIRST))
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
