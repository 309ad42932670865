import { setTimeout as wait } from "node:timers/promises"
import { createRevocationFollower, type RevocationFollower } from "@gatehouse/tokens"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { login, postForm, type Tokens } from "../tests/support/login.ts"
import { asAdministrator, createUser, governanceAddress, type OwnUser } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, demo, globex } from "./support/plane.ts"
import { acceptedBy, accessTokenVerifiers, everyVerifier, type Verifier } from "./support/verifiers.ts"

const endpoint = (name: string) => `${acme.issuer}/protocol/openid-connect/${name}`
/** The feed as a service at the edge follows it. */
let revocations: RevocationFollower
let verifiers: readonly Verifier[]
beforeAll(async () => {
  const governance = await governanceAddress()
  const gateway = { principal_type: "service", home: "platform", org_id: "platform", subject: "gateway" }
  revocations = createRevocationFollower({
    fetchEvents: async (cursor) => {
      const path = "/internal/revocations"
      const query = cursor === undefined ? "" : `?after=${encodeURIComponent(cursor)}`
      const claims = { ...gateway, sub: "service:platform/gateway" }
      const { json } = await ask(`${governance}${path}${query}`, {
        token: await internalToken("GET", `${path}${query}`, claims),
      })
      return json as never
    },
  })
  await revocations.replayed
  verifiers = accessTokenVerifiers({ revocations })
})
afterAll(() => revocations.close())

/** Two users of their own, the second to be left alone, each with a token that every verifier and cache has seen. */
async function loginTwo(): Promise<{
  readonly user: OwnUser
  readonly tokens: Tokens
  readonly others: Tokens[]
}> {
  const [user, bystander] = await Promise.all([createUser("acme"), createUser("acme")])
  const tokens = await login({ issuer: acme.issuer, ...user })
  const others = [await login({ issuer: acme.issuer, ...bystander })]
  for (const each of [tokens, tokens, ...others]) await byEverybody(each)
  return { user, tokens, others }
}

/** Asks until nobody accepts the token. What is asked within the second may be answered after it; later, nobody may accept. */
async function refusedEverywhere(accepted: () => Promise<readonly string[]>): Promise<void> {
  const ended = performance.now()
  for (let askedAfter = 0; ; askedAfter = performance.now() - ended) {
    const still = await accepted()
    if (still.length === 0) return
    if (askedAfter > 1_000) expect(still).toEqual([])
    await wait(20)
  }
}
const byNobody = ({ access_token: token }: Tokens) => refusedEverywhere(() => acceptedBy(token, verifiers))
/** A verifier here that hears of no revocations for a moment, on a busy machine, refuses everybody. */
const byEverybody = ({ access_token: token }: Tokens) =>
  expect.poll(() => acceptedBy(token, verifiers)).toEqual(everyVerifier)

const refresh = ({ refresh_token: token }: Tokens) =>
  postForm(endpoint("token"), {
    grant_type: "refresh_token",
    client_id: "gatehouse-cli",
    refresh_token: token,
  })

type End = (user: OwnUser, tokens: Tokens) => Promise<{ readonly status: number }>
const ends: Record<string, End> = {
  "the browser signs out with its ID token": (_, { id_token: hint }) =>
    ask(`${endpoint("logout")}?${new URLSearchParams({ id_token_hint: hint })}`),
  "the client signs out with its refresh token": (_, { refresh_token: token }) =>
    postForm(endpoint("logout"), { client_id: "gatehouse-cli", refresh_token: token }),
  "the client revokes its refresh token": (_, { refresh_token: token }) =>
    postForm(endpoint("revoke"), { client_id: "gatehouse-cli", token }),
  "an administrator logs the user out": ({ id }) => asAdministrator("POST", `/acme/users/${id}/logout`),
  "an administrator ends the session": async ({ id }) => {
    const { json } = await asAdministrator("GET", `/acme/users/${id}/sessions`)
    const [session] = json as { id: string }[]
    return asAdministrator("DELETE", `/acme/sessions/${session?.id}`)
  },
  "an administrator disables the user": ({ id }) =>
    asAdministrator("PUT", `/acme/users/${id}`, { enabled: false }),
  "an administrator deletes the user": ({ id }) => asAdministrator("DELETE", `/acme/users/${id}`),
  "an administrator sets a new password": ({ id }) =>
    asAdministrator("PUT", `/acme/users/${id}/reset-password`, {
      type: "password",
      value: "another long passphrase",
    }),
}

describe("within one second every verifier and every cache refuses a token after", () => {
  test.each(Object.entries(ends))("%s", async (_, end) => {
    const { user, tokens, others } = await loginTwo()
    expect((await end(user, tokens)).status).toBeLessThan(300)
    await byNobody(tokens)
    expect((await refresh(tokens)).status).toBe(400)
    for (const each of others) await byEverybody(each)
  })
})

describe("what has ended", () => {
  test("is one session: the same user's other one lives, until all are ended", async () => {
    const { user, tokens } = await loginTwo()
    const second = await login({ issuer: acme.issuer, ...user })
    await postForm(endpoint("logout"), { client_id: "gatehouse-cli", refresh_token: tokens.refresh_token })
    await byNobody(tokens)
    await byEverybody(second)
    await asAdministrator("POST", `/acme/users/${user.id}/logout`)
    await byNobody(second)
  })

  test("stays ended when the user is enabled again, and a new sign-in works", async () => {
    const { user, tokens } = await loginTwo()
    await asAdministrator("PUT", `/acme/users/${user.id}`, { enabled: false })
    await byNobody(tokens)
    await asAdministrator("PUT", `/acme/users/${user.id}`, { enabled: true })
    expect(await acceptedBy(tokens.access_token, verifiers)).toEqual([])
    const again = await login({ issuer: acme.issuer, ...user })
    await byEverybody(again)
  })

  test("is ended on the platform's own realm too, on every host", async () => {
    const user = await createUser("platform")
    const { issuer } = demo.platform
    const tokens = await login({ issuer, ...user })
    const status = async (url: string) => (await ask(`${url}/v1/me`, { token: tokens.access_token })).status
    expect(await status(addressOf("gateway"))).toBe(200)
    await asAdministrator("POST", `/platform/users/${user.id}/logout`)
    const hosts = [addressOf("gateway"), acme.url, globex.url]
    await refusedEverywhere(async () => {
      const statuses = await Promise.all(hosts.map(status))
      return hosts.filter((_, index) => statuses[index] !== 401)
    })
  })
})
