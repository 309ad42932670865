import { beforeAll, describe, expect, test } from "vitest"
import { acme, addressOf, demo, globex, loginAs } from "./support/plane.ts"
import { forge, type RealmKey, realmKey } from "./support/realm-keys.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

let token: string
let keys: Record<"acme" | "globex" | "master" | "platform", RealmKey>
beforeAll(async () => {
  token = (await loginAs(acme)).access_token
  const [ofAcme, ofGlobex, master, platform] = await Promise.all(
    ["acme", "globex", "master", "platform"].map(realmKey),
  )
  keys = { acme: ofAcme, globex: ofGlobex, master, platform } as typeof keys
})

describe("a token signed by one realm's key that names another realm's issuer is refused everywhere", () => {
  test("the twin, signed by the realm that it names, is accepted everywhere", async () => {
    expect(await acceptedBy(forge(token, keys.acme))).toEqual(everyVerifier)
  })

  test("whichever realm signed, under its own key id or the victim's", async () => {
    for (const realm of ["globex", "master", "platform"] as const)
      for (const keyId of [keys[realm].keyId, keys.acme.keyId])
        expect(await acceptedBy(forge(token, keys[realm], { header: { kid: keyId } }))).toEqual([])
  })

  test("whichever realm is named: another tenant's, the platform's or the administrators'", async () => {
    const administrator = { realm_access: { roles: ["platform-admin", "admin"] } }
    for (const iss of [globex.issuer, demo.platform.issuer, `${addressOf("identity")}/realms/master`])
      expect(await acceptedBy(forge(token, keys.acme, { claims: { iss, ...administrator } }))).toEqual([])
  })

  test("an issuer that only looks like it is no issuer", async () => {
    const { issuer } = acme
    const lookalikes = [
      `${issuer}/`,
      issuer.replace("acme", "ACME"),
      issuer.replace("acme", "%61cme"),
      issuer.replace("acme", "globex/../acme"),
      issuer.replace("localhost", "LOCALHOST"),
      issuer.replace("localhost", "127.0.0.1"),
      issuer.replace("http:", "https:"),
      `${issuer}#x`,
      `${issuer}?x`,
      ` ${issuer}`,
    ]
    for (const iss of [...lookalikes, [issuer], null, undefined, "", 7])
      expect(await acceptedBy(forge(token, keys.acme, { claims: { iss } }))).toEqual([])
  })

  test("a token whose organization claims are another's than its issuer's gets past no edge", async () => {
    for (const claim of ["org_id", "tenant_id"]) {
      const accepted = await acceptedBy(forge(token, keys.acme, { claims: { [claim]: "globex" } }))
      expect(accepted.filter((name) => name.startsWith("gateway") || name === "SDK")).toEqual([])
    }
  })
})
