import { createManualClock } from "@gatehouse/kernel"
import { describe, expect, test } from "vitest"
import { createOrganizationDirectory } from "./create-organization-directory.ts"

const entry = (id: string, changes: Record<string, unknown> = {}) => ({
  id,
  name: id,
  issuer: `http://localhost:8081/realms/${id}`,
  jwks_uri: `http://localhost:8081/realms/${id}/certs`,
  algorithm: "RS256",
  hosts: [`${id}.localhost`],
  ...changes,
})

/** A directory over whatever `answer` gives at the moment it is asked. */
function directoryOver(answer: () => unknown) {
  const clock = createManualClock(1_800_000_000_000)
  let asked = 0
  const directory = createOrganizationDirectory({
    clock,
    fetchDirectory: async () => {
      asked += 1
      return answer()
    },
  })
  return { clock, directory, asked: () => asked }
}

describe("the directory", () => {
  test("finds issuer and host by exact name and nothing else", async () => {
    const { directory } = directoryOver(() => ({ organizations: [entry("acme"), entry("globex")] }))
    expect(await directory.byHost("acme.localhost")).toBe("acme")
    expect(await directory.byIssuer("http://localhost:8081/realms/globex")).toMatchObject({
      organization: "globex",
    })
    for (const host of ["acme", "ACME.localhost", "x.acme.localhost", "__proto__", "constructor", ""])
      expect(await directory.byHost(host)).toBeUndefined()
    expect(await directory.byIssuer("http://localhost:8081/realms/")).toBeUndefined()
  })

  test("asks once for many who ask at the same time, and once a second for names that are made up", async () => {
    const { directory, asked, clock } = directoryOver(() => ({ organizations: [entry("acme")] }))
    await Promise.all(Array.from({ length: 20 }, () => directory.byHost("acme.localhost")))
    expect(asked()).toBe(1)
    for (let index = 0; index < 50; index += 1) await directory.byHost(`made-up-${index}.localhost`)
    expect(asked()).toBe(1)
    clock.advance(1_000)
    for (let index = 0; index < 50; index += 1) await directory.byHost(`made-up-${index}.localhost`)
    expect(asked()).toBe(2)
  })

  test("knows a new organization a second after the last question", async () => {
    const organizations = [entry("acme")]
    const { directory, clock } = directoryOver(() => ({ organizations }))
    expect(await directory.byHost("globex.localhost")).toBeUndefined()
    organizations.push(entry("globex"))
    clock.advance(1_000)
    expect(await directory.byHost("globex.localhost")).toBe("globex")
  })

  test("serves for a minute while governance cannot be reached, then refuses", async () => {
    let down = false
    const { directory, clock } = directoryOver(() => {
      if (down) throw new Error("unreachable")
      return { organizations: [entry("acme")] }
    })
    expect(directory.ready()).toBe(false)
    expect(await directory.byHost("acme.localhost")).toBe("acme")
    down = true
    clock.advance(60_000)
    expect(await directory.byHost("acme.localhost")).toBe("acme")
    clock.advance(1)
    expect(directory.ready()).toBe(false)
    await expect(directory.byHost("acme.localhost")).rejects.toMatchObject({ code: "gateway.unavailable" })
  })

  test("an issuer or host that two realms claim belongs to neither", async () => {
    const shared = { issuer: "http://localhost:8081/realms/acme" }
    const { directory } = directoryOver(() => ({
      organizations: [
        entry("acme"),
        entry("globex", shared),
        entry("initech", { hosts: ["globex.localhost"] }),
      ],
    }))
    expect(await directory.byIssuer(shared.issuer)).toBeUndefined()
    expect(await directory.byHost("globex.localhost")).toBeUndefined()
    expect(await directory.byHost("acme.localhost")).toBe("acme")
  })

  test("the platform's realm is trusted and has no host, and an id that no tenant can have is left out", async () => {
    const { directory } = directoryOver(() => ({
      organizations: [entry("platform"), entry("admin"), entry("Acme"), entry("a--b")],
    }))
    expect(await directory.byIssuer("http://localhost:8081/realms/platform")).toMatchObject({
      organization: "platform",
    })
    for (const host of ["platform.localhost", "admin.localhost", "Acme.localhost", "a--b.localhost"])
      expect(await directory.byHost(host)).toBeUndefined()
  })

  test("an answer of another form is a failure, not an empty directory", async () => {
    for (const answer of [null, [], {}, { organizations: [entry("acme", { algorithm: "HS256" })] }]) {
      const { directory } = directoryOver(() => answer)
      await expect(directory.byHost("acme.localhost")).rejects.toMatchObject({ code: "gateway.unavailable" })
    }
  })
})
