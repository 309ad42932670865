import { describe, expect, test } from "vitest"
import { sendRaw } from "../services/gateway/src/testing/send.ts"
import { acme, port } from "./support/plane.ts"

const publicPaths = ["/healthz", "/v1/openapi.json", "/.well-known/gatehouse/internal-jwks.json"]
const statusOf = async (target: string, method = "GET") =>
  (await sendRaw(port, `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`))
    .statuses[0]

describe("a public route is matched on method and normalized path alone", () => {
  test("the twin: each answers without a credential", async () => {
    for (const path of publicPaths) expect([path, await statusOf(path)]).toEqual([path, 200])
  })

  test("not in the query of a protected path", async () => {
    for (const path of publicPaths)
      for (const query of [
        `?${path}`,
        `?x=${path}`,
        `?next=/..${path}`,
        `?${encodeURIComponent(path)}`,
        `??${path}`,
      ])
        expect([query, await statusOf(`/v1/me${query}`)]).toEqual([query, 401])
  })

  test("not in the fragment, written or encoded, nor behind another separator", async () => {
    for (const path of publicPaths)
      for (const mark of ["#", "%23", "%3f", ";", "%3b", "%00", "%0a", "\\", "%5c"])
        for (const target of [`/v1/me${mark}${path}`, `${path}${mark}/v1/me`, `${path}${mark}/../v1/me`])
          expect([target, await statusOf(target)]).toEqual([target, 400])
  })

  test("not as a part of a longer path", async () => {
    const { id } = acme.project
    for (const path of publicPaths)
      for (const target of [`/v1/projects/${id}${path}`, `${path}/v1/me`, `${path}/`, path.toUpperCase()])
        expect([target, [401, 404].includes((await statusOf(target)) ?? 0)]).toEqual([target, true])
  })

  test("not by another method", async () => {
    for (const path of publicPaths)
      for (const method of ["POST", "PUT", "DELETE", "PATCH"])
        expect([method, path, await statusOf(path, method)]).toEqual([method, path, 404])
  })
})
