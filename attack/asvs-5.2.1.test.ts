import { randomUUID } from "node:crypto"
import { gzipSync } from "node:zlib"
import type { DemoOrganization } from "@gatehouse/server"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { type PlaneProcess, startPlaneProcess } from "../tests/support/plane-process.ts"
import { bill, createOwnedProject, type Member, member } from "./support/organizations.ts"
import { peakGrowthOf, residentMebibytes } from "./support/process-memory.ts"
import { sendRaw } from "./support/raw-request.ts"

/** ASVS 5.2.1, 5.2.3, 1.5.1: no upload exhausts or tricks the reader. */

const mebibyte = 1024 * 1024
const limit = 32 * mebibyte

/** A plane of its own: what other files send to theirs would be measured here. */
let running: PlaneProcess
let pid: number
let acme: DemoOrganization
let developer: Member
let project: string
beforeAll(async () => {
  running = await startPlaneProcess()
  pid = running.plane.pid
  acme = running.demo.organizations.acme as DemoOrganization
  developer = await member(acme, "admin")
  project = (await createOwnedProject(developer, `uploads-${randomUUID()}`)).project
})
afterAll(() => running[Symbol.asyncDispose]())

const upload = (body: Buffer | string, headers: Readonly<Record<string, string>> = {}) =>
  developer.ask("POST", "/v1/sboms", {
    body,
    headers: { "content-type": "application/json", "x-project-id": project, ...headers },
  })

/** A document whose member `components` is this text. */
const holding = (components: string) =>
  `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${components}}`

describe("a document", () => {
  test("of the usual kind is taken, large or small", async () => {
    const large = bill(...Array.from({ length: 20_000 }, (_, index) => `component-${index}`))
    for (const document of [bill("left-pad"), large])
      expect((await upload(JSON.stringify(document))).status).toBe(201)
  })

  test("beyond the limit is refused before it is read, with its length told or not", async () => {
    const { host, port } = new URL(acme.url)
    const head = (more: string) =>
      `POST /v1/sboms HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${developer.token}\r\nX-Project-Id: ${project}\r\nContent-Type: application/json\r\nConnection: close\r\n${more}\r\n\r\n`
    const told = await sendRaw(Number(port), head(`Content-Length: ${limit + 1}`))
    expect(told.status).toBe(413)
    const growth = await peakGrowthOf(pid, async () => {
      const chunk = `${(64 * 1024).toString(16)}\r\n${" ".repeat(64 * 1024)}\r\n`
      const chunked = await sendRaw(
        Number(port),
        head("Transfer-Encoding: chunked") + chunk.repeat(limit / 65_536 + 16),
      )
      expect(chunked.status).toBe(413)
    })
    expect(growth).toBeLessThan(200)
  })

  test.each<[string, () => string]>([
    ["nested ten million levels deep", () => holding("[".repeat(10_000_000))],
    ["nested a thousand levels deep, closed again", () => holding("[".repeat(1_000) + "]".repeat(1_000))],
    ["of ten million empty objects", () => holding(`[${"{},".repeat(10_000_000)}{}]`)],
    ["of sixteen million numbers", () => holding(`[${"1,".repeat(16_000_000)}1]`)],
    [
      "with a million members in one object",
      () => holding(`[{${Array.from({ length: 1_000_000 }, (_, index) => `"${index}":1`).join(",")}}]`),
    ],
    ["with a member twice", () => '{"bomFormat":"CycloneDX","bomFormat":"SPDX","specVersion":"1.6"}'],
    ["of text that never ends", () => holding(`["${"a".repeat(30_000_000)}`)],
    [
      "that is XML with a DTD",
      () => '<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]><bom>&x;</bom>',
    ],
    ["that is nothing", () => ""],
  ])("%s is refused, in bounded memory, and the plane goes on", async (_name, make) => {
    const body = make()
    const growth = await peakGrowthOf(pid, async () => {
      const answer = await upload(body)
      expect([400, 413, 415, 422]).toContain(answer.status)
      expect(answer.text.length).toBeLessThan(10_000)
      expect(answer.text).not.toMatch(/root:|at Object|node_modules/)
    })
    expect(growth).toBeLessThan(250)
    expect((await developer.ask("GET", "/v1/me")).status).toBe(200)
  })

  test("that inflates is not inflated, however it is announced", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * mebibyte, " "))
    const growth = await peakGrowthOf(pid, async () => {
      for (const encoding of ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, gzip", "x-gzip"])
        expect([400, 415]).toContain((await upload(bomb, { "content-encoding": encoding })).status)
      expect((await upload(bomb)).status).toBe(400)
    })
    expect(growth).toBeLessThan(100)
    expect((await upload(JSON.stringify(bill("left-pad")), { "content-encoding": "identity" })).status).toBe(
      201,
    )
  })

  test("that is XML, a form or an archive is refused by its type", async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><bom>&b;</bom>`
    for (const type of [
      "application/xml",
      "application/vnd.cyclonedx+xml",
      "text/xml",
      "application/zip",
      "text/plain",
      "multipart/form-data; boundary=x",
    ])
      expect({ type, status: (await upload(bomb, { "content-type": type })).status }).toEqual({
        type,
        status: 415,
      })
  })
})

test("of somebody without a token, or without the right, not a byte is kept", async () => {
  const body = Buffer.alloc(limit, " ")
  const viewer = await member(acme, "viewer")
  const growth = await peakGrowthOf(pid, async () => {
    for (const token of [undefined, viewer.token]) {
      const answer = await ask(`${acme.url}/v1/sboms`, {
        method: "POST",
        token,
        body,
        headers: { "content-type": "application/json", "x-project-id": project },
      }).catch(() => ({ status: 0 }))
      expect([0, 401, 404]).toContain(answer.status)
    }
  })
  expect(growth).toBeLessThan(60)
})

test("six hostile documents at once hold no more memory than the places there are, and give it back", async () => {
  const body = Buffer.from(holding(`[${"{},".repeat(4_000_000)}{}]`))
  const before = await residentMebibytes(pid)
  const growth = await peakGrowthOf(pid, async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => upload(body)))
    for (const { status } of answers) expect([422, 429, 503]).toContain(status)
  })
  expect(growth).toBeLessThan(400)
  expect((await upload(JSON.stringify(bill("left-pad")))).status).toBe(201)
  await expect.poll(() => residentMebibytes(pid), { timeout: 30_000 }).toBeLessThan(before + 300)
}, 60_000)
