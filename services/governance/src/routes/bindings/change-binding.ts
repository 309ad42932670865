import { projectRoleSchema } from "@gatehouse/contracts"
import { assertNever, GatehouseError } from "@gatehouse/kernel"
import type { Grant } from "@gatehouse/postgres"
import { invalidRequest, project, z } from "@gatehouse/sdk"
import { type BindingSubject, parseBindingSubject } from "../../bindings/binding-subject.ts"
import { type BindingChange, changeBinding } from "../../bindings/change-binding.ts"
import type { RouteContext } from "../route-context.ts"

// A subject holds a slash, so it is the rest of the path. It has one spelling: the gateway refuses an encoded slash in any path.
const url = "/v1/projects/:id/bindings/:role/*"
const subjectSchema = z.string().max(512).meta({
  description:
    "`user:<organization>/<subject>`, `service:<organization>/<client id>` or `group:<organization>/<path>`. Its slashes are written as they are: one that is percent-encoded (`%2F`) is refused with 400.",
})
const paramsSchema = z.object({ id: z.string(), role: projectRoleSchema, "*": subjectSchema })
type Params = z.output<typeof paramsSchema>

/** `PUT /v1/projects/{id}/bindings/{role}/{subject}`: gives the role. Needs `can_manage_bindings` on the project. */
export function addPutBinding(context: RouteContext): void {
  context.app.route({
    method: "PUT",
    url,
    wildcardName: "subject",
    summary: "Give a role of the project to a user, a service account or a realm group",
    params: paramsSchema,
    responses: { 204: z.null() },
    authorize: (auth, { params }) => auth.requirePermission("can_manage_bindings", project(params.id ?? "")),
    handler: async ({ granted, params, reply }) => {
      await change(context, granted, "binding.add", params)
      reply.code(204)
    },
  })
}

/** `DELETE` of the same: takes the role away. The last owner stays. */
export function addDeleteBinding(context: RouteContext): void {
  context.app.route({
    method: "DELETE",
    url,
    wildcardName: "subject",
    summary: "Take a role of the project away",
    params: paramsSchema,
    responses: { 204: z.null() },
    authorize: (auth, { params }) => auth.requirePermission("can_manage_bindings", project(params.id ?? "")),
    handler: async ({ granted, params, reply }) => {
      const outcome = await change(context, granted, "binding.remove", params)
      if (outcome === "unchanged") throw new GatehouseError("governance.binding_not_found")
      reply.code(204)
    },
  })
}

async function change(
  context: RouteContext,
  grant: Grant<"can_manage_bindings">,
  kind: BindingChange["kind"],
  { role, "*": text }: Params,
): Promise<"done" | "unchanged"> {
  const outcome = await changeBinding(context, grant, { kind, role, subject: readSubject(text) })
  switch (outcome) {
    case "done":
    case "unchanged":
      return outcome
    case "subject_unknown":
      throw new GatehouseError("governance.subject_unknown")
    case "project_gone":
      throw new GatehouseError("authz.not_found")
    case "last_owner":
      throw new GatehouseError("governance.last_owner")
    case "superseded":
      throw new GatehouseError("request.conflict")
    default:
      return assertNever(outcome)
  }
}

function readSubject(text: string): BindingSubject {
  const subject = parseBindingSubject(text)
  if (subject !== undefined) return subject
  const message =
    "write it like user:<organization>/<subject>, service:<organization>/<client id> or group:<organization>/<path>"
  throw invalidRequest([{ path: "path.subject", message }])
}
