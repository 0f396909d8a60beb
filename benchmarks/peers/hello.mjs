// The least that Fastify can do: one route, one small answer with a schema. Prints its port; /cpu tells its CPU seconds.
import Fastify from 'fastify'

const app = Fastify()
const hello = { type: 'object', properties: { hello: { type: 'string' } } }
app.get('/', { schema: { response: { 200: hello } } }, async () => ({ hello: 'world' }))
app.get('/cpu', async () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
})
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
