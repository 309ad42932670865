import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { inspect } from "node:util"
import { createManualClock, Secret } from "@gatehouse/kernel"
import { afterEach, expect, test } from "vitest"
import { createAdminWire, type IdentityServerOptions } from "./admin-wire.ts"

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const planted = "planted-secret-0123456789"

interface Peer {
  readonly tokens: () => number
  readonly calls: readonly string[]
  readonly options: IdentityServerOptions
}

/** A peer that gives tokens `token-1`, `token-2`, … and answers calls as told. */
async function peer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  more: Partial<IdentityServerOptions> = {},
): Promise<Peer> {
  let tokens = 0
  const calls: string[] = []
  const server = createServer((request, response) => {
    if (request.url?.endsWith("/token")) {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ access_token: `token-${++tokens}`, expires_in: 60 }))
      return
    }
    calls.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const port = typeof address === "object" && address ? address.port : 0
  return {
    tokens: () => tokens,
    calls,
    options: {
      url: `http://127.0.0.1:${port}/auth/`,
      credentials: { realm: "master", clientId: "gatehouse", clientSecret: new Secret(planted) },
      timeoutMilliseconds: 500,
      ...more,
    },
  }
}

function wireTo({ options }: Peer) {
  const wire = createAdminWire(options)
  closing.push(() => wire.close())
  return wire
}

const read = { realm: "acme", path: "/users?max=1", operation: "user.list" }

test("a token is fetched once for many calls, kept below its end, and the server's path is kept", async () => {
  const clock = createManualClock()
  const server = await peer((_, response) => response.end("[]"), { clock })
  const wire = wireTo(server)
  await Promise.all(Array.from({ length: 10 }, () => wire.read(read)))
  clock.advance(49_999)
  await wire.read(read)
  expect(server.tokens()).toBe(1)
  expect(server.calls[0]).toBe("GET /auth/admin/realms/acme/users?max=1 Bearer token-1")
  clock.advance(1)
  await wire.read(read)
  expect(server.tokens()).toBe(2)
  expect(server.calls.at(-1)).toMatch(/token-2$/)
})

test("a token that is refused is replaced once; refused again, it is the credentials", async () => {
  const server = await peer((request, response) => {
    response.statusCode = request.headers.authorization === "Bearer token-1" ? 401 : 200
    response.end("[]")
  })
  expect(await wireTo(server).read(read)).toEqual([])
  expect(server.tokens()).toBe(2)
  const strict = await peer((_, response) => {
    response.statusCode = 401
    response.end()
  })
  await expect(wireTo(strict).read(read)).rejects.toMatchObject({ code: "identity.credentials_refused" })
  expect(strict.calls).toHaveLength(2)
})

test("a realm with an account of its own is asked by that, others by the platform's", async () => {
  const own = { realm: "acme", clientId: "own", clientSecret: new Secret(planted) }
  const server = await peer((_, response) => response.end("[]"), {
    credentialsOf: (realm) => (realm === "acme" ? own : undefined),
  })
  const wire = wireTo(server)
  await wire.read(read)
  await wire.read({ ...read, realm: "globex" })
  await wire.read(read)
  expect(server.calls.map((call) => call.split(" ").at(-1))).toEqual(["token-1", "token-2", "token-1"])
})

test.each([
  ["a page of HTML", (response: ServerResponse) => response.end("<html>")],
  [
    "half an answer",
    (response: ServerResponse) => response.writeHead(200, { "content-length": "100" }).end("["),
  ],
  ["a broken connection", (response: ServerResponse) => response.destroy()],
  ["no answer in time", () => {}],
  [
    "too much of an answer",
    (response: ServerResponse) => response.end(JSON.stringify("x".repeat(17_000_000))),
  ],
])("%s is an error and never an empty answer", async (_name, answer) => {
  const server = await peer((_, response) => answer(response) as undefined)
  const error = await wireTo(server)
    .find(read)
    .catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: "identity.unavailable", details: { operation: "user.list" } })
  expect(inspect(error, { depth: 9 })).not.toContain(planted)
})

test("statuses become codes, and nothing of an answer's body is repeated", async () => {
  const expected = [
    [400, "identity.refused"],
    [403, "identity.credentials_refused"],
    [404, "identity.not_found"],
    [409, "identity.conflict"],
    [302, "identity.unexpected_answer"],
    [418, "identity.unexpected_answer"],
    [500, "identity.unavailable"],
    [503, "identity.unavailable"],
  ] as const
  for (const [status, code] of expected) {
    const server = await peer((_, response) =>
      response.writeHead(status, { location: "/elsewhere" }).end('{"error":"echo-planted"}'),
    )
    const error = await wireTo(server)
      .read(read)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code, details: { operation: "user.list", status } })
    expect(inspect(error, { depth: 9 })).not.toContain("echo-planted")
    expect(server.calls).toHaveLength(1)
  }
})

test("what changes nothing twice is tried again on a broken connection, a creation is not", async () => {
  let broken = 0
  const server = await peer((request, response) => {
    if (broken++ === 0) request.socket.destroy()
    else response.writeHead(201, { location: "http://x/users/id%201" }).end("[]")
  })
  const wire = wireTo(server)
  await wire.request({ ...read, method: "PUT", body: {} })
  expect(server.calls).toHaveLength(2)
  broken = 0
  await expect(wire.create({ ...read, body: {} })).rejects.toMatchObject({ code: "identity.unavailable" })
  expect(server.calls).toHaveLength(3)
  expect(await wire.create({ ...read, body: {} })).toBe("id 1")
})
