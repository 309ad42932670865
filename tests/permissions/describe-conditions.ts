import {
  organizationTuples,
  type ProjectUuid,
  parseOrganizationId,
  projectLinkTuple,
  projectObject,
} from "@gatehouse/contracts"
import { decide, decideAll } from "@gatehouse/sdk/decision"
import { testPrincipal } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PermissionTarget } from "./permission-target.ts"

const acme = parseOrganizationId("acme")
const globex = parseOrganizationId("globex")
const project = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
const foreign = "3f2504e0-4f89-41d3-9a0c-0305e82c3302" as ProjectUuid
const missing = "3f2504e0-4f89-41d3-9a0c-0305e82c3303" as ProjectUuid
const ada = testPrincipal({ home: acme, subject: "ada" })
const bob = testPrincipal({ home: acme, subject: "bob" })
const onDuty = { hour: 10, subject_department: "support", action_method: "GET", resource_level: "public" }

/** What a caller supplies reaches conditions, and what a condition lacks is never a yes: on the model with one condition. */
export function describeConditions(name: string, open: () => Promise<PermissionTarget>): void {
  describe(name, () => {
    let target: PermissionTarget
    beforeAll(async () => {
      target = await open()
      const object = projectObject(project)
      await target.write([
        ...organizationTuples(acme),
        projectLinkTuple(acme, project),
        { user: ada.id, relation: "viewer", object, condition: { name: "on_duty" } },
        { user: bob.id, relation: "viewer", object },
        ...organizationTuples(globex),
        projectLinkTuple(globex, foreign),
        { user: ada.id, relation: "viewer", object: projectObject(foreign), condition: { name: "on_duty" } },
      ])
    })
    afterAll(() => target?.close())

    const object = { type: "project", id: project } as const
    const ask = (context?: Record<string, unknown>, principal = ada) =>
      decide({ authorizer: target.authorizer, principal, permission: "can_read", object, context })

    it("decide by the context, and ignore what no condition names", async () => {
      expect(await ask(onDuty)).toMatchObject({ allowed: true, visible: true })
      expect(await ask({ ...onDuty, hour: 18 })).toMatchObject({ allowed: false, visible: false })
      expect(await ask({ ...onDuty, groups: ["/org-owners"], more: { a: [null, 1] } })).toMatchObject({
        allowed: true,
      })
    })

    it("without what they need, or with what they cannot take, give no answer", async () => {
      const { hour: _hour, ...lacking } = onDuty
      await expect(ask(lacking)).rejects.toMatchObject({ code: "openfga.query_refused" })
      await expect(ask()).rejects.toMatchObject({ code: "openfga.query_refused" })
      await expect(ask({ ...onDuty, hour: "noon" })).rejects.toMatchObject({ code: "openfga.query_refused" })
      await expect(ask({ ...onDuty, hour: 9.5 })).rejects.toMatchObject({ code: "openfga.query_refused" })
    })

    it("of another organization's object refuse nothing: it answers like one that does not exist", async () => {
      const questions = [project, foreign, missing].map((id) => ({
        principal: ada,
        permission: "can_write" as const,
        object: { type: "project" as const, id },
      }))
      const nothing = { allowed: false, visible: false }
      expect(await decideAll(target.authorizer, questions.slice(1))).toMatchObject([nothing, nothing])
      const informed = questions.map((question, index) =>
        index === 0 ? { ...question, context: onDuty } : question,
      )
      const answers = await decideAll(target.authorizer, informed)
      expect(answers).toMatchObject([{ allowed: false, visible: true }, nothing, nothing])
      const refused = { code: "openfga.query_refused" }
      await expect(decideAll(target.authorizer, questions)).rejects.toMatchObject(refused)
    })

    it("matter to nobody whom another relationship lets in", async () => {
      expect(await ask(undefined, bob)).toMatchObject({ allowed: true })
      expect(await ask({ hour: "noon" }, bob)).toMatchObject({ allowed: true })
    })

    it("see as much as one question may carry, for many objects together", async () => {
      const list = Array.from({ length: 16_000 }, () => 1)
      for (const more of ["x".repeat(32_000), list]) {
        const context = { ...onDuty, more }
        const questions = Array.from({ length: 50 }, (_, index) => ({
          principal: index % 2 === 0 ? ada : bob,
          permission: "can_read" as const,
          object,
          context: index === 0 ? { ...context, hour: 20 } : context,
        }))
        const answers = await decideAll(target.authorizer, questions)
        expect(answers.map(({ allowed }) => allowed)).toEqual(questions.map((_, index) => index !== 0))
      }
    })

    it("see the context of their own question alone", async () => {
      const late = { ...onDuty, hour: 20 }
      const questions = [onDuty, late, onDuty].map((context) => ({
        principal: ada,
        permission: "can_read" as const,
        object,
        context,
      }))
      const answers = await decideAll(target.authorizer, questions)
      expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, true])
    })
  })
}
