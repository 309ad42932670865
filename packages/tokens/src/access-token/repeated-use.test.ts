import type { OrganizationId } from "@gatehouse/contracts"
import { createManualClock, nowSeconds } from "@gatehouse/kernel"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createRevocationList } from "../revocation/create-revocation-list.ts"
import { codeOf, createTestRealm, registryOf, type TestRealm, testAudience } from "../testing/index.ts"
import { createAccessTokenVerifier } from "./create-access-token-verifier.ts"

const acmeId = "acme" as OrganizationId
const clock = createManualClock(1_800_000_000_000)
let acme: TestRealm
let globex: TestRealm

beforeAll(async () => {
  acme = await createTestRealm({ organization: "acme", clock })
  globex = await createTestRealm({ organization: "globex", clock })
})
afterAll(() => Promise.all([acme.close(), globex.close()]))

function verifier(options: Partial<Parameters<typeof createAccessTokenVerifier>[0]> = {}) {
  return createAccessTokenVerifier({
    audience: testAudience,
    issuers: registryOf(acme, globex),
    clock,
    ...options,
  })
}

describe("revocation", () => {
  test("session, token and not-before are looked up at each use, also for a token seen before", async () => {
    const revocations = createRevocationList({ clock })
    const checked = verifier({ revocations })
    const atSeconds = nowSeconds(clock)
    const session = await acme.token({ sid: "s-1" })
    const single = await acme.token({ jti: "t-1" })
    const person = await acme.token({ sub: "u-9" })
    for (const token of [session, single, person])
      expect(await codeOf(checked.verify(token))).toBe("accepted")
    revocations.add({ kind: "session_ended", organization: acmeId, sessionId: "s-1", atSeconds })
    revocations.add({ kind: "token_revoked", organization: acmeId, tokenId: "t-1", atSeconds })
    revocations.add({
      kind: "principal_not_before",
      organization: acmeId,
      subject: "u-9",
      notBeforeSeconds: atSeconds,
      atSeconds,
    })
    for (const token of [session, single, person])
      expect(await codeOf(checked.verify(token))).toBe("tokens.revoked")
    expect(await codeOf(checked.verify(await acme.token()))).toBe("accepted")
    expect(await codeOf(checked.verify(await globex.token({ sid: "s-1", jti: "t-1", sub: "u-9" })))).toBe(
      "accepted",
    )
  })

  test("while the feed is not ready nothing is accepted, and the refusal is 503", async () => {
    const revocations = { ready: () => false, isRevoked: () => false }
    const checked = verifier({ revocations })
    expect(checked.ready()).toBe(false)
    expect(await codeOf(checked.verify(await acme.token()))).toBe("tokens.unavailable")
  })
})

describe("what is remembered", () => {
  test("expiry is looked at on each use of a remembered signature", async () => {
    const moving = createManualClock(clock.nowMilliseconds())
    const checked = verifier({ clock: moving })
    const token = await acme.token()
    expect(await codeOf(checked.verify(token))).toBe("accepted")
    moving.advance(300_000)
    expect(await codeOf(checked.verify(token))).toBe("tokens.expired")
  })

  test("a remembered signature dies with its key", async () => {
    const moving = createManualClock(clock.nowMilliseconds())
    const realm = await createTestRealm({ organization: "umbrella", clock: moving })
    const checked = verifier({ issuers: registryOf(realm), clock: moving })
    const token = await realm.token()
    expect(await codeOf(checked.verify(token))).toBe("accepted")
    realm.rotate()
    moving.advance(130_000)
    expect(await codeOf(checked.verify(token))).toBe("tokens.unknown_key")
    expect(await codeOf(checked.verify(await realm.token()))).toBe("accepted")
    await realm.close()
  })

  test("a remembered signature counts only for the key that made it, not for another of the same id", async () => {
    const moving = createManualClock(clock.nowMilliseconds())
    const realm = await createTestRealm({ organization: "umbrella", clock: moving })
    const checked = verifier({ issuers: registryOf(realm), clock: moving })
    const token = await realm.token()
    expect(await codeOf(checked.verify(token))).toBe("accepted")
    const other = { ...globex.publicKey.export({ format: "jwk" }), kid: realm.keyId }
    realm.answerKeysWith((_, response) => response.end(JSON.stringify({ keys: [other] })))
    moving.advance(130_000)
    expect(await codeOf(checked.verify(token))).toBe("tokens.signature_invalid")
    await realm.close()
  })

  test("an issuer that is no longer trusted is refused at once, also for a token seen before", async () => {
    const realms = [acme]
    const issuers = {
      byIssuer: async (issuer: string) => realms.find(({ entry }) => entry.issuer === issuer)?.entry,
    }
    const checked = verifier({ issuers })
    const token = await acme.token()
    expect(await codeOf(checked.verify(token))).toBe("accepted")
    realms.pop()
    expect(await codeOf(checked.verify(token))).toBe("tokens.unknown_issuer")
  })

  test("a registry that cannot answer is a refusal", async () => {
    const issuers = { byIssuer: () => Promise.reject(new Error("down")) }
    expect(await codeOf(verifier({ issuers }).verify(await acme.token()))).toBe("tokens.unavailable")
  })
})
