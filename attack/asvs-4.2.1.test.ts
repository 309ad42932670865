import { beforeAll, describe, expect, test } from "vitest"
import { sendRaw } from "../services/gateway/src/testing/send.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, loginAs, plane, port } from "./support/plane.ts"

/** Every part that listens: its port, and an operation that takes a body and answers 2xx or 4xx, never 400, to a good one. */
interface Part {
  readonly port: number
  readonly path: string
  readonly credential: string
}
let parts: Record<"gateway" | "governance" | "identity" | "authorization", Part>
beforeAll(async () => {
  const token = (await loginAs(acme)).access_token
  const portOf = (url: string) => Number(new URL(url).port)
  const governance = portOf(await governanceAddress())
  parts = {
    gateway: { port, path: "/v1/check", credential: token },
    governance: { port: governance, path: "/v1/check", credential: await internalToken("POST", "/v1/check") },
    identity: { port: portOf(addressOf("identity")), path: "/admin/realms/acme/users", credential: token },
    authorization: {
      port: portOf(addressOf("authorization")),
      path: "/stores/01J0000000000000000000000Z/check",
      credential: plane.credentials.authorization ?? "",
    },
  }
})
const names = ["gateway", "governance", "identity", "authorization"] as const

const body = JSON.stringify({ permission: "can_read", object: `project:${acme.project.id}` })
const request = (part: Part, lines: string[], content: string, host = "Host: localhost") =>
  [
    `POST ${part.path} HTTP/1.1`,
    host,
    `Authorization: Bearer ${part.credential}`,
    "Content-Type: application/json",
    ...lines,
    "",
    content,
  ].join("\r\n")
const length = `Content-Length: ${body.length}`
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
/** What would be a second request, if the ends of the first were in doubt. */
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

const wrong: [name: string, lines: string[], content: string, host?: string][] = [
  ["two lengths", [length, "Content-Length: 0"], body],
  ["the same length twice", [length, length], body],
  ["a length and chunks", [length, "Transfer-Encoding: chunked"], chunked],
  ["chunks and a length", ["Transfer-Encoding: chunked", length], chunked],
  ["a coding that is not chunked", ["Transfer-Encoding: xchunked"], chunked],
  ["chunked that is not the last coding", ["Transfer-Encoding: chunked, identity"], chunked],
  ["a malformed chunk size", ["Transfer-Encoding: chunked"], `zz\r\n${body}\r\n0\r\n\r\n`],
  ["a chunk longer than it says", ["Transfer-Encoding: chunked"], `1\r\n${body}\r\n0\r\n\r\n`],
  [
    "a chunk size ended by a bare LF",
    ["Transfer-Encoding: chunked"],
    `${body.length.toString(16)}\n${body}\r\n0\r\n\r\n`,
  ],
  ["a folded header", [length, "X-A: b", "\tc"], body],
  ["a space before the colon", [length, "X-A : b"], body],
  ["two hosts", [length], body, "Host: localhost\r\nHost: acme.localhost"],
  ["the same host twice", [length], body, "Host: localhost\r\nHost: localhost"],
  ["no host", [length], body, "X-A: b"],
]

describe.each(names)("at %s one request has one end", (name) => {
  test("the twins, with one length and in chunks, are read", async () => {
    for (const [lines, content] of [
      [[length], body] as const,
      [["Transfer-Encoding: chunked"], chunked] as const,
    ]) {
      const { statuses } = await sendRaw(parts[name].port, request(parts[name], [...lines], content), 500)
      expect(statuses).toHaveLength(1)
      expect(statuses[0]).not.toBe(401)
      if (name === "gateway" || name === "governance") expect(statuses).toEqual([200])
    }
  })

  test.each(wrong)("%s is refused and its connection closed", async (_, lines, content, host) => {
    const text = request(parts[name], lines, content, host) + smuggled
    const { statuses, closed } = await sendRaw(parts[name].port, text, 500)
    expect(statuses.filter((status) => status < 400)).toEqual([])
    expect([statuses.length <= 1, closed]).toEqual([true, true])
  })
})
