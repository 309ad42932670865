import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send } from "../../services/gateway/src/testing/send.ts"
import {
  acme,
  acmeProject,
  acmeSubjects,
  globexProject,
  startTestGateway,
  type TestGateway,
} from "../../services/gateway/src/testing/start-test-gateway.ts"

let gateway: TestGateway
let developer: string
let viewer: string
let stranger: string
let globex: string
beforeAll(async () => {
  gateway = await startTestGateway()
  const token = (sub: string) => gateway.realms.acme.token({ sub })
  developer = await token(acmeSubjects.developer)
  viewer = await token(acmeSubjects.viewer)
  stranger = await token(acmeSubjects.stranger)
  globex = await gateway.realms.globex.token({ sub: acmeSubjects.developer })
})
afterAll(() => gateway.close())

const project = `/v1/projects/${acmeProject}`
const status = async (
  path: string,
  token: string | undefined,
  options: { method?: string; host?: string } = {},
) => (await send(gateway.port, path, { token, ...options })).status

describe("a decision made for one request serves no other", () => {
  beforeAll(async () => {
    for (let times = 0; times < 3; times += 1) expect(await status(project, developer)).toBe(200)
  })

  test("credential, method, path, host or organization", async () => {
    expect(await status(project, stranger)).toBe(404)
    expect(await status(project, undefined)).toBe(401)
    expect(await status(project, `${developer.slice(0, -4)}AAAA`)).toBe(401)
    expect(await status(project, globex)).toBe(404)
    expect(await status(project, developer, { method: "DELETE" })).toBe(403)
    expect(await status(project, viewer, { method: "PATCH" })).toBe(403)
    expect(await status(`/v1/projects/${globexProject}`, developer)).toBe(404)
    expect(await status(project, developer, { host: "globex.localhost" })).toBe(404)
    expect(await status(project, developer, { host: "acme.localhost" })).toBe(200)
  })

  test("and not the same one either, once the permission is gone", async () => {
    const binding = {
      user: `user:${acme}/${acmeSubjects.viewer}`,
      relation: "viewer",
      object: `project:${acmeProject}`,
    }
    expect(await status(project, viewer)).toBe(200)
    gateway.authorizer.tuples.write({ deletes: [binding] })
    expect(await status(project, viewer)).toBe(404)
    gateway.authorizer.tuples.write({ writes: [binding] })
    expect(await status(project, viewer)).toBe(200)
  })

  test("two subjects of the same name in two realms are two", async () => {
    const ours = await send(gateway.port, "/v1/me", { token: developer })
    const theirs = await send(gateway.port, "/v1/me", { token: globex })
    expect([ours.echo.principal.id, theirs.echo.principal.id]).toEqual([
      `user:acme/${acmeSubjects.developer}`,
      `user:globex/${acmeSubjects.developer}`,
    ])
  })
})

describe("a response is kept by no cache", () => {
  test("whatever the service says about it, and whoever answers", async () => {
    gateway.governance.answerWith((_, response) => {
      response
        .writeHead(200, { "cache-control": "public, max-age=3600, s-maxage=3600", vary: "*", expires: "0" })
        .end("{}")
    })
    const answers = [
      await send(gateway.port, project, { token: developer }),
      await send(gateway.port, project, { token: stranger }),
      await send(gateway.port, project),
      await send(gateway.port, "/v1//x", { token: developer }),
      await send(gateway.port, `${project}/x.css`, { token: developer }),
    ]
    gateway.governance.answerWith(undefined)
    for (const { headers } of answers) expect(headers["cache-control"]).toBe("no-store")
  })

  test("each of concurrent requests gets its own", async () => {
    const tokens = [developer, viewer, stranger, globex]
    // As many of one organization as it may have under way.
    const asked = Array.from({ length: 40 }, (_, index) => tokens[index % tokens.length])
    const answers = await Promise.all(asked.map((token) => send(gateway.port, "/v1/me", { token })))
    const subjects = ["developer", "viewer", "stranger"].map(
      (name) => acmeSubjects[name as keyof typeof acmeSubjects],
    )
    for (const [index, { echo }] of answers.entries()) {
      const expected =
        index % 4 === 3 ? `user:globex/${acmeSubjects.developer}` : `user:acme/${subjects[index % 4]}`
      expect(echo.principal.id).toBe(expected)
    }
  })
})
