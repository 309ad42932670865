import { gatewayPrincipal, type OrganizationId } from "@gatehouse/contracts"
import { uniqueName } from "@gatehouse/postgres/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const trusted = async () => {
  const { json } = await plane.ask({ as: gatewayPrincipal, path: "/internal/organizations" })
  return json.organizations.map(({ id }: { id: string }) => id)
}
const provision = (id: string) => plane.governance.provisionOrganization({ id, name: id })

describe("provisioning an organization", () => {
  it.each(["ensureRealm", "before write", "after write"])(
    "that ends at %s leaves it untrusted, and a second run completes it",
    async (step) => {
      const id = uniqueName("initech")
      plane.faults.at(step)
      await expect(provision(id)).rejects.toMatchObject({
        code: "governance.provisioning_failed",
        details: { organization: id },
      })
      expect(await trusted()).not.toContain(id)
      plane.faults.clear()
      await provision(id)
      expect(await trusted()).toContain(id)
      plane.realms.add(id as OrganizationId, { subject: "owner", groups: ["/org-owners"] })
      const owner = plane.realms.principal(id as OrganizationId, "owner")
      await createProject(plane, owner)
    },
  )

  it("run twice, or twice at once, changes nothing", async () => {
    const id = uniqueName("hooli")
    await Promise.all([provision(id), provision(id)])
    await provision(id)
    expect((await trusted()).filter((known: string) => known === id)).toEqual([id])
  })

  it("is completed for every known organization at a start", async () => {
    const id = uniqueName("pied")
    plane.faults.at("ensureRealm")
    await provision(id).catch(() => undefined)
    plane.faults.clear()
    await plane.restart()
    await plane.governance.completeOrganizations()
    expect(await trusted()).toContain(id)
  })

  it.each(["platform", "master", "x", "A", "a--b", "../x", "acme.globex"])(
    "refuses the id %j",
    async (id) => {
      await expect(provision(id)).rejects.toMatchObject({ code: "request.invalid" })
    },
  )
})
