import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { send, sendRaw } from "../testing/send.ts"
import {
  acmeProject,
  acmeSubjects,
  startTestGateway,
  type TestGateway,
} from "../testing/start-test-gateway.ts"

let gateway: TestGateway
let token: string
async function start(options: Parameters<typeof startTestGateway>[0] = {}) {
  gateway = await startTestGateway(options)
  token = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
}
afterEach(() => gateway.close())

const get = (path = "/v1/me") => send(gateway.port, path, { token })
const megabytes = (count: number) => Buffer.alloc(count * 1024 * 1024, 0x20)

describe("a body", () => {
  beforeEach(() => start())
  const upload = `/v1/projects/${acmeProject}/sboms`

  test("of 32 MiB passes, and one byte more is 413 before the service is asked", async () => {
    const whole = await send(gateway.port, upload, { token, method: "POST", body: megabytes(32) })
    expect(whole.echo.bodyBytes).toBe(33_554_432)
    const body = Buffer.concat([megabytes(32), Buffer.from(" ")])
    const larger = () => send(gateway.port, upload, { token, method: "POST", body })
    // Both sides share this process: with 32 MiB to send and to read, the gateway may be behind the revocation feed for a moment.
    await expect.poll(larger).toMatchObject({ status: 413, code: "request.too_large" })
    expect(gateway.sbom.seen).toHaveLength(1)
  })

  test("in chunks is cut off at the same limit, and never reaches the service whole", async () => {
    const chunk = megabytes(1)
    const size = `${chunk.byteLength.toString(16)}\r\n`
    const head = `POST ${upload} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\n\r\n`
    const chunks = Array.from({ length: 40 }, () => [Buffer.from(size), chunk, Buffer.from("\r\n")]).flat()
    const { statuses } = await sendRaw(
      gateway.port,
      Buffer.concat([Buffer.from(head), ...chunks, Buffer.from("0\r\n\r\n")]),
    )
    expect(statuses).toEqual([413])
    expect(gateway.sbom.seen).toHaveLength(0)
    expect((await get()).status).toBe(200)
  })

  test("of any other operation ends at a megabyte", async () => {
    const answer = await send(gateway.port, "/v1/check", { token, method: "POST", body: megabytes(2) })
    expect(answer).toMatchObject({ status: 413, code: "request.too_large" })
  })

  test("of somebody who may not is not read to its end", async () => {
    const answer = await send(gateway.port, upload, { method: "POST", body: megabytes(20) })
    expect(answer.status).toBe(401)
  })
})

describe("how often", () => {
  const few = { requests: 3, perSeconds: 60 }

  test("an address may ask is counted before anything is looked at", async () => {
    await start({ limits: { requestsPerAddress: { requests: 8, perSeconds: 60 } } })
    const answers = []
    for (let index = 0; index < 12; index += 1)
      answers.push(
        await send(gateway.port, index % 2 === 0 ? "/v1//x" : "/v1/me", {
          headers: { "x-forwarded-for": `10.0.0.${index}`, forwarded: `for=10.0.0.${index}` },
        }),
      )
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4)
    const last = answers.at(-1)
    expect(last).toMatchObject({ status: 429, code: "gateway.rate_limited" })
    expect(Number(last?.headers["retry-after"])).toBeGreaterThan(0)
  })

  test("a principal may ask is counted by who it is, not by token, and others go on", async () => {
    await start({ limits: { requestsPerPrincipal: few } })
    for (let index = 0; index < 3; index += 1) expect((await get()).status).toBe(200)
    const second = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
    const limited = await send(gateway.port, "/v1/me", { token: second })
    expect(limited).toMatchObject({ status: 429, code: "gateway.rate_limited" })
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0)
    const other = await gateway.realms.acme.token({ sub: acmeSubjects.viewer })
    expect((await send(gateway.port, "/v1/me", { token: other })).status).toBe(200)
  })
})

describe("a service", () => {
  beforeEach(() => start({ limits: { upstreamTimeoutMilliseconds: 1_000 } }))

  test("that is down is 503 with Retry-After, and others go on", async () => {
    await gateway.sbom.close()
    const answer = await get("/v1/sboms")
    expect(answer).toMatchObject({ status: 503, code: "gateway.upstream_unavailable" })
    expect(answer.headers["retry-after"]).toBe("1")
    expect((await get()).status).toBe(200)
  })

  test("that answers too late is 504", async () => {
    gateway.sbom.answerWith(() => undefined)
    expect(await get("/v1/sboms")).toMatchObject({ status: 504, code: "gateway.upstream_timeout" })
  })

  test("that breaks off before its answer, or speaks no HTTP, is 502", async () => {
    gateway.sbom.answerWith((request) => request.socket.destroy())
    expect(await get("/v1/sboms")).toMatchObject({ status: 502, code: "gateway.upstream_failed" })
    gateway.sbom.answerWith((request) => request.socket.end("SSH-2.0-x\r\n\r\n"))
    expect(await get("/v1/sboms")).toMatchObject({ status: 502, code: "gateway.upstream_failed" })
  })

  test("that breaks off in its answer breaks the client's connection: half an answer is none", async () => {
    for (const headers of [{ "content-length": "1000" }, { "transfer-encoding": "chunked" }]) {
      gateway.sbom.answerWith((request, response) => {
        response.writeHead(200, headers)
        response.write("half")
        setTimeout(() => request.socket.destroy(), 50)
      })
      await expect(get("/v1/sboms")).rejects.toThrow()
    }
  })

  test("that refuses the gateway's own token says nothing about the client's", async () => {
    gateway.sbom.answerWith((_, response) => response.writeHead(401, { "www-authenticate": "Bearer" }).end())
    const answer = await get("/v1/sboms")
    expect(answer).toMatchObject({ status: 502, code: "gateway.upstream_failed" })
    expect(answer.headers["www-authenticate"]).toBeUndefined()
  })

  test("is let go when the client leaves", async () => {
    const left = Promise.withResolvers<void>()
    gateway.sbom.answerWith((request) => void request.socket.once("close", () => left.resolve()))
    await sendRaw(
      gateway.port,
      `GET /v1/sboms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      100,
    )
    await left.promise
  })

  test("nothing of a failure is in the answer: no address, no message of another program", async () => {
    await gateway.sbom.close()
    const { text } = await get("/v1/sboms")
    for (const word of ["ECONNREFUSED", "127.0.0.1", new URL(gateway.sbom.url).port, "undici"])
      expect(text).not.toContain(word)
  })
})

/**
 * Requests whose bodies never end: more of them than there are connections to one service. One that is answered, since somebody else
 * had its place at the moment, is sent again.
 */
function sendSlowly(path: string, count = 80, bearer = token) {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bearer}\r\nContent-Length: 1000\r\n\r\n`
  const sockets = new Set<Socket>()
  let hasLeft = false
  const begin = () => {
    if (hasLeft) return
    const socket = connect(gateway.port, "127.0.0.1", () => socket.write(head))
    sockets.add(socket)
    socket.on("error", () => undefined)
    socket.once("data", () => {
      sockets.delete(socket.destroy())
      setTimeout(begin, 100)
    })
  }
  for (let index = 0; index < count; index += 1) begin()
  return () => {
    hasLeft = true
    for (const socket of sockets) socket.destroy()
  }
}

/** Lets one principal take every connection, as many principals of many organizations could. */
const unboundedForwards = { forwardsPerPrincipal: 1_000, forwardsPerOrganization: 1_000 }

test("slow requests that fill every connection to governance keep nobody from using a token", async () => {
  await start({ limits: unboundedForwards })
  const leave = sendSlowly("/v1/check")
  // Past the time after which revocations that cannot be followed refuse every token.
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  await expect.poll(async () => (await get("/v1/sboms")).status).toBe(200)
  leave()
})

test("a client that leaves while its request waits for a connection takes nobody with it", async () => {
  await start({ limits: unboundedForwards })
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on("uncaughtException", note)
  const leave = sendSlowly("/v1/check")
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  leave()
  await expect.poll(async () => (await get()).status, { interval: 100 }).toBe(200)
  process.off("uncaughtException", note)
  expect(uncaught).toEqual([])
})

describe("what is under way at once", () => {
  const limited = { status: 429, code: "gateway.rate_limited", headers: { "retry-after": "1" } }
  const tokenOf = (sub: string) => gateway.realms.acme.token({ sub })
  const statusFor = async (sub: string) =>
    (await send(gateway.port, "/v1/me", { token: await tokenOf(sub) })).status
  const patience = { interval: 20 }

  test("of one principal is bounded, and free again once its answers are out or it has left", async () => {
    await start()
    const leave = sendSlowly("/v1/check", 16)
    await expect.poll(() => get(), patience).toMatchObject(limited)
    expect(await statusFor(acmeSubjects.viewer)).toBe(200)
    leave()
    await expect.poll(async () => (await get()).status, patience).toBe(200)
    for (let index = 0; index < 40; index += 1) expect((await get()).status).toBe(200)
  })

  test("of one organization is bounded, whoever of it asks, and other organizations are served", async () => {
    await start()
    const leave = [acmeSubjects.developer, acmeSubjects.viewer].map(async (sub) =>
      sendSlowly("/v1/check", 16, await tokenOf(sub)),
    )
    await expect.poll(() => statusFor(acmeSubjects.admin), patience).toBe(429)
    const foreign = await gateway.realms.globex.token()
    expect((await send(gateway.port, "/v1/me", { token: foreign })).status).toBe(200)
    for (const each of leave) (await each)()
    await expect.poll(() => statusFor(acmeSubjects.admin), patience).toBe(200)
  })

  test("takes no place for good with requests that wait behind others on a connection that breaks", async () => {
    await start()
    const one = `GET /v1/sboms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`
    gateway.sbom.answerWith(() => undefined)
    for (let index = 0; index < 3; index += 1) await sendRaw(gateway.port, one.repeat(10), 200)
    await expect.poll(async () => (await get()).status, patience).toBe(200)
    const leave = sendSlowly("/v1/check", 15)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await get()).status).toBe(200)
    leave()
  })
})

describe("a client that leaves its answer unread", () => {
  const request = () => `GET /v1/sboms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`
  /** Asks and reads nothing. */
  const askDeaf = (text: string) => {
    const socket = connect(gateway.port, "127.0.0.1", () => socket.write(text))
    return socket.pause().on("error", () => undefined)
  }

  test("loses its connection, and the service is let go", async () => {
    await start({ limits: { clientStallMilliseconds: 300 } })
    const left = Promise.withResolvers<void>()
    gateway.sbom.answerWith((_, response) => {
      response.once("close", () => left.resolve())
      const more = () => {
        while (response.write(megabytes(1)));
      }
      response.on("drain", more)
      more()
    })
    const socket = askDeaf(request())
    await left.promise
    socket.destroy()
  })

  test("of which all is sent but the last frees its place too", async () => {
    await start({ limits: { clientStallMilliseconds: 3_000, forwardsPerPrincipal: 1 } })
    const asked = Promise.withResolvers<void>()
    gateway.sbom.answerWith((_, response) => {
      asked.resolve()
      response.end(megabytes(24))
    })
    const socket = askDeaf(request())
    await asked.promise
    expect((await get()).status).toBe(429)
    await expect.poll(async () => (await get()).status, { interval: 50 }).toBe(200)
    socket.destroy()
  })

  test("is not one that reads slowly", async () => {
    await start({ limits: { clientStallMilliseconds: 1_000 } })
    gateway.sbom.answerWith((_, response) => void response.end(megabytes(12)))
    const socket = askDeaf(request())
    let received = 0
    socket.on("data", (chunk) => {
      received += chunk.byteLength
      socket.pause()
      setTimeout(() => socket.resume(), 10)
    })
    socket.resume()
    await expect.poll(() => received).toBeGreaterThan(12 * 1024 * 1024)
    socket.destroy()
  })
})

describe("without governance", () => {
  test("the revocations are not known after a second, so every token is refused, and health says so", async () => {
    await start()
    expect((await get("/v1/sboms")).status).toBe(200)
    await gateway.governance.close()
    await expect.poll(async () => (await get("/v1/sboms")).status, { interval: 100 }).toBe(503)
    expect(await get("/v1/sboms")).toMatchObject({ code: "tokens.unavailable" })
    expect((await send(gateway.port, "/healthz")).status).toBe(503)
  })

  test("an unreachable key set is a refusal", async () => {
    await start()
    gateway.realms.globex.answerKeysWith((_, response) => response.writeHead(500).end())
    const foreign = await gateway.realms.globex.token()
    expect(await send(gateway.port, "/v1/me", { token: foreign })).toMatchObject({
      status: 503,
      code: "tokens.unavailable",
    })
  })
})

test("the gateway is loopback's own: it dials the configured services and nothing that a request names", async () => {
  await start()
  let dialled = 0
  const trap = createServer((_, response) => {
    dialled += 1
    response.end()
  })
  await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve))
  const { port } = trap.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  await send(gateway.port, "/v1/me", {
    token: await gateway.realms.acme.token({ iss: url }, { jku: url }),
    headers: { "x-forwarded-host": `127.0.0.1:${port}`, "x-original-url": url },
  })
  await send(gateway.port, "/v1/me", { token: await gateway.realms.acme.token({ iss: url }) })
  await send(gateway.port, "/v1/me", { host: `127.0.0.1:${port}`, token })
  expect(dialled).toBe(0)
  await new Promise((resolve) => trap.close(resolve))
})
