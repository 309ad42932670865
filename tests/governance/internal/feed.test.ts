import { gatewayPrincipal, platformOrganizationId } from "@gatehouse/contracts"
import { backChannelLogoutEvent } from "@gatehouse/tokens"
import { createTestRealm, type TestRealm } from "@gatehouse/tokens/testing"
import { request } from "undici"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
let identity: TestRealm
let origin: string
beforeAll(async () => {
  identity = await createTestRealm({ organization: platformOrganizationId })
  origin = new URL(identity.entry.issuer).origin
  plane = await startTestPlane({ identityUrl: origin })
})
afterAll(async () => {
  await plane.close()
  await identity.close()
})

let counter = 0
const logoutToken = (organization: string, changes: Record<string, unknown> = {}) => {
  counter += 1
  const claims = {
    iss: `${origin}/realms/${organization}`,
    aud: "gatehouse-portal",
    typ: "Logout",
    jti: `logout-${counter}`,
    sub: "ada",
    sid: `session-${counter}`,
    events: { [backChannelLogoutEvent]: {} },
    ...changes,
  }
  return identity.token(claims, { typ: "logout+jwt" })
}

async function tell(realm: string, body: string, contentType = "application/x-www-form-urlencoded") {
  const response = await request(`${plane.governance.url}/internal/backchannel-logout/${realm}`, {
    method: "POST",
    headers: { "content-type": contentType },
    body,
  })
  const text = await response.body.text()
  return [response.statusCode, text === "" ? undefined : JSON.parse(text).code]
}
const form = (token: string) => new URLSearchParams({ logout_token: token }).toString()
const feed = async (after?: string) => {
  const query = after === undefined ? "" : `?after=${after}`
  return (await plane.ask({ as: gatewayPrincipal, path: `/internal/revocations${query}` })).json
}

describe("GET /internal/organizations", () => {
  it("tells the gateway which realms are trusted, with their keys and host names", async () => {
    const { status, json } = await plane.ask({ as: gatewayPrincipal, path: "/internal/organizations" })
    expect(status).toBe(200)
    const realm = (id: string, name: string, hosts: string[]) => ({
      id,
      name,
      issuer: `${origin}/realms/${id}`,
      jwks_uri: `${origin}/realms/${id}/protocol/openid-connect/certs`,
      algorithm: "RS256",
      hosts,
    })
    expect(json.organizations).toEqual([
      realm("platform", "Platform", []),
      realm(plane.acme, plane.acme, [`${plane.acme}.localhost`]),
      realm(plane.globex, plane.globex, [`${plane.globex}.localhost`]),
    ])
  })
})

describe("a logout token", () => {
  it("ends a session for everyone who follows the feed, from where they are", async () => {
    const before = await feed()
    const token = await logoutToken(plane.acme, { sid: "ended" })
    expect(await tell(plane.acme, form(token))).toEqual([204, undefined])
    const { events, next, complete } = await feed(before.next)
    expect(events).toEqual([
      { kind: "session_ended", organization: plane.acme, sessionId: "ended", atSeconds: expect.any(Number) },
    ])
    expect(complete).toBe(true)
    expect(await feed(next)).toEqual({ events: [], next, complete: true })
  })

  it("without a session ends all that the subject had until then", async () => {
    const { next } = await feed()
    const issuedAt = Math.floor(Date.now() / 1000)
    const token = await logoutToken(platformOrganizationId, { sid: undefined, iat: issuedAt })
    expect(await tell(platformOrganizationId, form(token))).toEqual([204, undefined])
    expect((await feed(next)).events).toEqual([
      {
        kind: "principal_not_before",
        organization: "platform",
        subject: "ada",
        notBeforeSeconds: issuedAt,
        atSeconds: expect.any(Number),
      },
    ])
  })

  it("counts once: a replay is refused and tells nothing", async () => {
    const token = await logoutToken(plane.acme)
    expect(await tell(plane.acme, form(token))).toEqual([204, undefined])
    const { next } = await feed()
    expect(await tell(plane.acme, form(token))).toEqual([400, "governance.logout_token_refused"])
    expect((await feed(next)).events).toEqual([])
  })

  it("makes the directory forget what it remembers of that organization, at once", async () => {
    const before = plane.realms.forgotten.length
    expect(await tell(plane.acme, form(await logoutToken(plane.acme)))).toEqual([204, undefined])
    expect(plane.realms.forgotten.slice(before)).toContain(plane.acme)
  })

  it("survives a restart of governance", async () => {
    const { next } = await feed()
    await tell(plane.acme, form(await logoutToken(plane.acme, { sid: "kept" })))
    await plane.restart()
    expect((await feed(next)).events).toEqual([expect.objectContaining({ sessionId: "kept" })])
  })

  it("is refused, always alike, where anything about it is wrong, and tells nothing", async () => {
    const { next } = await feed()
    const wrong: [string, string][] = [
      [plane.globex, form(await logoutToken(plane.acme))],
      ["nobody", form(await logoutToken("nobody"))],
      ["X", form(await logoutToken(plane.acme))],
      [plane.acme, form(await logoutToken(plane.acme, { events: {} }))],
      [plane.acme, form(await logoutToken(plane.acme, { nonce: "n" }))],
      [plane.acme, form(await logoutToken(plane.acme, { aud: "somebody" }))],
      [plane.acme, form(await logoutToken(plane.acme, { iat: 1, exp: 2 }))],
      [plane.acme, form(await identity.token({ iss: `${origin}/realms/${plane.acme}` }))],
      [plane.acme, form("junk")],
    ]
    for (const [realm, body] of wrong) {
      expect(await tell(realm, body)).toEqual([400, "governance.logout_token_refused"])
    }
    expect((await feed(next)).events).toEqual([])
  })

  it("comes as one form member", async () => {
    const token = await logoutToken(plane.acme)
    expect(await tell(plane.acme, `${form(token)}&${form(token)}`)).toEqual([422, "request.invalid"])
    expect(await tell(plane.acme, "")).toEqual([422, "request.invalid"])
    expect(await tell(plane.acme, token, "application/jwt")).toEqual([415, "request.unsupported_media_type"])
  })

  it("is told again later where the realm's keys can't be fetched: 503", async () => {
    const fresh = await createTestRealm({ organization: "elsewhere" })
    const other = await startTestPlane({ identityUrl: new URL(fresh.entry.issuer).origin })
    try {
      fresh.answerKeysWith((_request, response) => response.writeHead(500).end())
      const token = await fresh.token(
        {
          iss: `${new URL(fresh.entry.issuer).origin}/realms/${other.acme}`,
          aud: "gatehouse-portal",
          jti: "j",
          events: { [backChannelLogoutEvent]: {} },
        },
        { typ: "logout+jwt" },
      )
      const send = () =>
        request(`${other.governance.url}/internal/backchannel-logout/${other.acme}`, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: form(token),
        })
      const refused = await send()
      expect(refused.statusCode).toBe(503)
      await refused.body.dump()
    } finally {
      await other.close()
      await fresh.close()
    }
  })
})

describe("the feed", () => {
  it("misses no event of many that are told at once", async () => {
    const { next } = await feed()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => logoutToken(plane.globex)))
    const followed: unknown[] = []
    let place = next
    let telling = true
    const follow = async () => {
      while (telling) {
        const page = await feed(place)
        followed.push(...page.events)
        place = page.next
      }
    }
    const following = follow()
    await Promise.all(tokens.map((token) => tell(plane.globex, form(token))))
    telling = false
    await following
    followed.push(...(await feed(place)).events)
    expect(followed).toHaveLength(20)
  })

  it("is 400 for a cursor that it did not write", async () => {
    const { status } = await plane.ask({ as: gatewayPrincipal, path: "/internal/revocations?after=junk" })
    expect(status).toBe(400)
  })
})
