import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Secret } from "@gatehouse/kernel"
import { afterEach, expect, test } from "vitest"
import { ensureStore } from "./ensure-store.ts"
import { createRemoteAuthorizer, type RemoteAuthorizer } from "./remote-authorizer.ts"

const question = { user: "user:a", relation: "viewer", object: "document:1" }
const none = { code: "authz.unavailable" }

let server: Server | undefined
let authorizer: RemoteAuthorizer | undefined
afterEach(async () => {
  await authorizer?.close()
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
})

/** A server that answers every request so, and an authorizer that asks it. */
async function against(handler: RequestListener, timeoutMilliseconds = 500): Promise<RemoteAuthorizer> {
  server = createServer(handler)
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve))
  const port = portOf(server)
  authorizer = createRemoteAuthorizer({
    url: `http://127.0.0.1:${port}`,
    storeId: "S",
    modelId: "M",
    credential: new Secret("secret"),
    timeoutMilliseconds,
  })
  return authorizer
}

function portOf(listening: Server | undefined): number {
  return (listening?.address() as AddressInfo | null)?.port ?? 0
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

test.each([
  ["an empty body", 200, ""],
  ["no JSON", 200, "allowed"],
  ["half of it", 200, '{"allowed":tr'],
  ["no member", 200, "{}"],
  ["text", 200, '{"allowed":"true"}'],
  ["a number", 200, '{"allowed":1}'],
  ["null", 200, '{"allowed":null}'],
  ["a list", 200, '[{"allowed":true}]'],
  ["a bare true", 200, "true"],
  ["a prototype's member", 200, '{"__proto__":{"allowed":true}}'],
  ["an error under 200", 200, '{"code":"internal_error","message":""}'],
  ["an allow under 500", 500, '{"allowed":true}'],
  ["an allow under 204", 204, ""],
  ["an allow under 302", 302, '{"allowed":true}'],
  ["an allow under 400", 400, '{"allowed":true}'],
  ["an allow under 403", 403, '{"allowed":true}'],
  ["the server's own trouble", 500, '{"code":"internal_error","message":"x"}'],
  ["a deadline", 500, '{"code":"deadline_exceeded","message":"x"}'],
  ["too much depth", 400, '{"code":"authorization_model_resolution_too_complex","message":"x"}'],
  ["an unknown code", 400, '{"code":"brand_new","message":"x"}'],
  ["an unknown model", 400, '{"code":"authorization_model_not_found","message":"x"}'],
  ["no credential", 401, '{"code":"unauthenticated","message":"x"}'],
  ["a page of a proxy", 502, "<html>bad gateway</html>"],
])("%s is no decision", async (_, status, body) => {
  const asking = await against(answering(status, body))
  await expect(asking.check(question)).rejects.toMatchObject(none)
})

test("the errors of a refusal hold neither the credential nor what was asked nor the server's words", async () => {
  const asking = await against(answering(400, '{"code":"validation_error","message":"user:a is bad"}'))
  const error = await asking.check(question).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: "openfga.query_refused" })
  const shown = JSON.stringify([error.message, error.details, String(error.cause)])
  expect(shown).not.toMatch(/secret|user:a|document/)
})

test("a server that does not answer is no decision once the deadline has passed", async () => {
  const silent = await against(() => {}, 200)
  await expect(silent.check(question)).rejects.toMatchObject({ ...none, details: { reason: "timeout" } })
})

test("an answer that drips is no decision once the deadline has passed", async () => {
  const dripping = await against((_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(" "), 20)
    response.on("close", () => clearInterval(timer))
  }, 200)
  await expect(dripping.check(question)).rejects.toMatchObject({ ...none, details: { reason: "timeout" } })
})

test("an answer without end is cut off", async () => {
  const endless = await against((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20)
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once("drain", more)
    }
    response.writeHead(200)
    more()
  }, 10_000)
  await expect(endless.check(question)).rejects.toMatchObject(none)
})

test("a refused connection and an unknown name are no decision", async () => {
  for (const url of ["http://127.0.0.1:1", "http://nowhere.invalid"]) {
    const asking = createRemoteAuthorizer({ url, storeId: "S", modelId: "M", timeoutMilliseconds: 1_000 })
    await expect(asking.check(question)).rejects.toMatchObject(none)
    expect(await asking.health()).toMatchObject({ status: "failed" })
    await asking.close()
  }
})

test("a connection that breaks is tried once more for a question, never for a write", async () => {
  let requests = 0
  const breaking = await against((request, response) => {
    requests++
    if (requests === 1) return request.socket.destroy()
    response.end(request.url?.endsWith("/write") ? "{}" : '{"allowed":true}')
  })
  expect(await breaking.check(question)).toEqual({ allowed: true })
  expect(requests).toBe(2)
  requests = 0
  await expect(breaking.write({ writes: [question] })).rejects.toMatchObject(none)
  expect(requests).toBe(1)
})

test("a batch with an answer missing, misplaced or of another form is no decision", async () => {
  for (const body of [
    '{"result":{}}',
    '{"result":{"1":{"allowed":true}}}',
    '{"result":{"0":{}}}',
    '{"result":{"0":{"allowed":"true"}}}',
    '{"result":{"0":true}}',
    '{"result":[{"allowed":true}]}',
    '{"result":{"0":{"allowed":true,"error":{"internal_error":"deadline_exceeded"}}}}',
    '{"result":{"0":{"error":{"input_error":"brand_new","message":""}}}}',
  ]) {
    const asking = await against(answering(200, body))
    await expect(asking.batchCheck([question])).rejects.toMatchObject(none)
    await authorizer?.close()
    server?.close()
  }
})

test("a list whose pages repeat ends with an error instead of never", async () => {
  const page = { tuples: [{ key: question }], continuation_token: "again" }
  const repeating = await against(answering(200, JSON.stringify(page)))
  const reading = (async () => {
    for await (const _ of repeating.read());
  })()
  await expect(reading).rejects.toMatchObject(none)
})

test("tuples and lists of another form count for nothing", async () => {
  const read = async (body: string) => {
    const asking = await against(answering(200, body))
    for await (const _ of asking.read());
  }
  for (const body of [
    '{"tuples":{},"continuation_token":""}',
    '{"tuples":[{}],"continuation_token":""}',
    '{"tuples":[{"key":{"user":"u:1","relation":5,"object":"o:1"}}],"continuation_token":""}',
    '{"tuples":[]}',
  ]) {
    await expect(read(body)).rejects.toMatchObject(none)
  }
  const listing = await against(answering(200, '{"objects":["document:1",5]}'))
  const list = { user: "user:a", relation: "viewer", type: "document" }
  await expect(listing.listObjects(list)).rejects.toMatchObject(none)
})

test("a user of another form than the wire's three counts for nothing, and no list is taken for whole", async () => {
  const list = { object: "document:1", relation: "viewer", filter: { type: "user" } }
  for (const user of [
    "5",
    "{}",
    '{"object":{"type":"user"}}',
    '{"wildcard":{}}',
    '{"userset":{"type":"g","id":"1"}}',
  ]) {
    const listing = await against(answering(200, `{"users":[${user}]}`))
    await expect(listing.listUsers(list)).rejects.toMatchObject(none)
  }
  const user = '{"object":{"type":"user","id":"a"}}'
  const full = await against(answering(200, `{"users":[${Array(1_000).fill(user).join(",")}]}`))
  expect(await full.listUsers(list)).toMatchObject({ complete: false })
  const short = await against(answering(200, `{"users":[${user},{"wildcard":{"type":"user"}}]}`))
  expect(await short.listUsers(list)).toEqual({ users: ["user:a", "user:*"], complete: true })
})

test("calls beyond the bound are refused at once, not queued without end", async () => {
  const silent = await against(() => {}, 500)
  const outcomes = await Promise.all(
    Array.from({ length: 1_100 }, () => silent.check(question).catch((error) => error.details.reason)),
  )
  expect(outcomes.filter((reason) => reason === "too_many_calls")).toHaveLength(1_100 - 1_024)
  expect(outcomes.filter((reason) => reason === "timeout")).toHaveLength(1_024)
})

test("ensureStore on a server that answers nonsense fails, and makes nothing up", async () => {
  await against(answering(200, "{}"))
  const port = portOf(server)
  const url = `http://127.0.0.1:${port}`
  await expect(ensureStore({ url, name: "gatehouse", model: {} })).rejects.toMatchObject(none)
})
