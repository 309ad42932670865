import type { DemoOrganization } from "@gatehouse/server"
import { beforeAll, describe, expect, inject, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { login } from "../tests/support/login.ts"
import { createIdentityRealm, type IdentityRealm, openRealm, password } from "./support/identity-realm.ts"
import { redeem, refresh, signIn, tokensOf } from "./support/sign-in.ts"

const plane = inject("plane")
const fifty = <Result>(work: () => Promise<Result>) => Promise.all(Array.from({ length: 50 }, work))

describe("of fifty concurrent uses exactly one succeeds:", () => {
  let realm: IdentityRealm
  beforeAll(async () => {
    realm = await createIdentityRealm(plane)
  })

  test("of one code", async () => {
    const signedIn = await signIn(realm)
    const answers = await fifty(() => redeem(realm, signedIn))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(400)])
  })

  test("of one refresh token", async () => {
    const { tokens } = await tokensOf(realm)
    const answers = await fifty(() => refresh(realm, tokens.refresh_token))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(400)])
  })
})

describe("two owners of a project who remove each other at the same instant", () => {
  const acme = plane.demo.organizations.acme as DemoOrganization
  const realm = openRealm(plane, "acme")

  /** A member of the organization, made for this test. */
  const member = async (username: string) => {
    const subject = await realm.addUser(username)
    const { access_token } = await login({ issuer: acme.issuer, username, password })
    return { id: `user:acme/${subject}`, token: access_token }
  }

  test("leave one", async () => {
    const stamp = Date.now().toString(36)
    const [ann, ben] = [await member(`ann-${stamp}`), await member(`ben-${stamp}`)]
    const owner = (await login({ issuer: acme.issuer, ...acme.users.owner })).access_token
    for (let round = 0; round < 3; round += 1) {
      const made = await ask(`${acme.url}/v1/projects`, {
        method: "POST",
        token: owner,
        json: { name: `duel ${stamp} ${round}` },
      })
      expect(made.status).toBe(201)
      const bindings = `${acme.url}/v1/projects/${(made.json as { id: string }).id}/bindings`
      const change = (method: string, token: string, subject: string) =>
        ask(`${bindings}/owner/${subject}`, { method, token })
      const owners = async () => {
        const { items } = (await ask(`${bindings}?limit=200`, { token: owner })).json as {
          items: { role: string; subject: string }[]
        }
        return items.filter(({ role }) => role === "owner").map(({ subject }) => subject)
      }
      for (const { id } of [ann, ben]) expect((await change("PUT", owner, id)).status).toBe(204)
      for (const other of (await owners()).filter((subject) => subject !== ann.id && subject !== ben.id))
        expect([other, (await change("DELETE", owner, other)).status]).toEqual([other, 204])
      const answers = await Promise.all([
        change("DELETE", ann.token, ben.id),
        change("DELETE", ben.token, ann.id),
      ])
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
      expect((await owners()).filter((subject) => [ann.id, ben.id].includes(subject))).toHaveLength(1)
    }
  })
})
