import type { DemoOrganization } from "@gatehouse/server"
import { type Answer, ask, type Question } from "../../tests/support/http.ts"
import { loginAs } from "./plane.ts"

export type DemoUser = keyof DemoOrganization["users"]

/** Asks the public API of one organization as one of its members. */
export interface Member {
  readonly place: DemoOrganization
  readonly token: string
  /** `user:<organization>/<subject>`. */
  readonly principal: string
  /** The realm's own id of the user. */
  readonly subject: string
  ask(method: string, path: string, question?: Omit<Question, "method" | "token">): Promise<Answer>
}

/** Logs one of the demo's users in. */
export async function member(place: DemoOrganization, user: DemoUser): Promise<Member> {
  const token = (await loginAs(place, user)).access_token
  const asked: Member["ask"] = (method, path, question = {}) =>
    ask(`${place.url}${path}`, { ...question, method, token })
  const me = (await asked("GET", "/v1/me")).json as { readonly id: string; readonly subject: string }
  return { place, token, principal: me.id, subject: me.subject, ask: asked }
}

/** The one member `id` of an answer that must have created something. */
export function createdId({ status, text, json }: Answer): string {
  if (status !== 201) throw new Error(`nothing was created: ${status} ${text}`)
  return (json as { readonly id: string }).id
}

/** A small CycloneDX document. */
export function bill(...names: readonly string[]): object {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    components: names.map((name) => ({
      type: "library",
      name,
      version: "1.0.0",
      purl: `pkg:npm/${name}@1.0.0`,
    })),
  }
}

/** What a project holds that other organizations must not see. */
export interface OwnedProject {
  readonly project: string
  readonly sbom: string
  readonly name: string
}

/** Makes a project with a document and a binding, as somebody who may. */
export async function createOwnedProject(by: Member, name: string): Promise<OwnedProject> {
  const project = createdId(await by.ask("POST", "/v1/projects", { json: { name } }))
  const sbom = createdId(
    await by.ask("POST", "/v1/sboms", { json: bill(name), headers: { "x-project-id": project } }),
  )
  await by.ask("PUT", `/v1/projects/${project}/bindings/developer/${by.principal}`)
  return { project, sbom, name }
}
