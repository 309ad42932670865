import { createManualClock } from "@gatehouse/kernel"
import { fetch } from "undici"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createTestRealm, type TestRealm } from "../testing/index.ts"
import { backChannelLogoutEvent, createLogoutTokenVerifier } from "./create-logout-token-verifier.ts"

const clock = createManualClock(1_800_000_000_000)
const now = 1_800_000_000
const verifier = createLogoutTokenVerifier({ audiences: ["gatehouse-portal", "gatehouse-cli"], fetch, clock })
let realm: TestRealm
let other: TestRealm

beforeAll(async () => {
  realm = await createTestRealm({ organization: "acme", clock })
  other = await createTestRealm({ organization: "globex", clock })
})
afterAll(() => Promise.all([realm.close(), other.close()]))

const logout = {
  aud: "gatehouse-portal",
  typ: "Logout",
  jti: "logout-1",
  sub: "ada",
  sid: "session-1",
  events: { [backChannelLogoutEvent]: {} },
  scope: undefined,
  nonce: undefined,
}
const sign = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, by = realm) =>
  by.token({ ...logout, ...changes }, { typ: "logout+jwt", ...header })

describe("a logout token", () => {
  it("names what ended", async () => {
    expect(await verifier.verify(await sign(), realm.entry)).toEqual({
      tokenId: "logout-1",
      issuedAtSeconds: now,
      subject: "ada",
      sessionId: "session-1",
    })
    expect(await verifier.verify(await sign({ sid: undefined }), realm.entry)).toMatchObject({
      subject: "ada",
    })
    expect(await verifier.verify(await sign({ sub: undefined }), realm.entry)).toMatchObject({
      sessionId: "session-1",
    })
  })

  it.each([
    ["of another type", {}, { typ: "JWT" }, "tokens.wrong_kind"],
    ["without a type", {}, { typ: undefined }, "tokens.wrong_kind"],
    ["without the event", { events: undefined }, {}, "tokens.invalid_claims"],
    ["with another event", { events: { "urn:other": {} } }, {}, "tokens.invalid_claims"],
    ["whose event is no object", { events: { [backChannelLogoutEvent]: true } }, {}, "tokens.invalid_claims"],
    ["with a nonce, as an ID token has", { nonce: "n" }, {}, "tokens.invalid_claims"],
    [
      "that names neither session nor subject",
      { sub: undefined, sid: undefined },
      {},
      "tokens.invalid_claims",
    ],
    ["without an id", { jti: undefined }, {}, "tokens.invalid_claims"],
    ["without a time", { iat: undefined }, {}, "tokens.invalid_claims"],
    ["without an end", { exp: undefined }, {}, "tokens.invalid_claims"],
    ["that has expired", { iat: now - 200, exp: now - 1 }, {}, "tokens.expired"],
    ["that is older than a retry", { iat: now - 400, exp: now + 100 }, {}, "tokens.expired"],
    ["from the future", { iat: now + 60, exp: now + 120 }, {}, "tokens.not_yet_valid"],
    ["for a client that is not ours", { aud: "somebody" }, {}, "tokens.wrong_audience"],
    ["of another issuer", { iss: "http://elsewhere/realms/acme" }, {}, "tokens.unknown_issuer"],
  ])("%s is refused", async (_what, changes, header, code) => {
    await expect(verifier.verify(await sign(changes, header), realm.entry)).rejects.toMatchObject({ code })
  })

  it("of another realm is refused, also where it names this one as its issuer", async () => {
    await expect(verifier.verify(await sign({}, {}, other), realm.entry)).rejects.toMatchObject({
      code: "tokens.unknown_issuer",
    })
    const forged = await sign({ iss: realm.entry.issuer }, { kid: realm.keyId }, other)
    await expect(verifier.verify(forged, realm.entry)).rejects.toMatchObject({
      code: "tokens.signature_invalid",
    })
  })

  it("is never an access token, nor an access token it", async () => {
    await expect(verifier.verify(await realm.token({}), realm.entry)).rejects.toMatchObject({
      code: "tokens.wrong_kind",
    })
  })
})

it("a verifier without an audience, or with an empty one, refuses to be built", () => {
  for (const audiences of [[], [""], [" "], ["gatehouse-cli", " "], [undefined as unknown as string]])
    expect(() => createLogoutTokenVerifier({ audiences })).toThrow(
      expect.objectContaining({ code: "tokens.not_configured" }),
    )
})
