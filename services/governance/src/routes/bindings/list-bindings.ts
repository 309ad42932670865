import {
  type Binding,
  bindingPageSchema,
  type Page,
  type ProjectRole,
  pageQuerySchema,
  projectRoles,
} from "@gatehouse/contracts"
import { assertDefined } from "@gatehouse/kernel"
import { createCursorForm, project, z } from "@gatehouse/sdk"
import { subjectOfTuple } from "../../bindings/binding-subject.ts"
import { readRoleTuples } from "../../projects/project-tuples.ts"
import type { RouteContext } from "../route-context.ts"

const cursors = createCursorForm("bindings", z.tuple([z.enum(projectRoles), z.string()]))

/** `GET /v1/projects/{id}/bindings`: who holds which role, by role and subject. Needs `can_read` on the project. */
export function addListBindings({ app, authorizer }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/v1/projects/:id/bindings",
    summary: "Who holds the project's roles",
    query: pageQuerySchema,
    responses: { 200: bindingPageSchema },
    authorize: (auth, { params }) => auth.requirePermission("can_read", project(params.id ?? "")),
    handler: async ({ granted: grant, query: { limit, cursor } }): Promise<Page<Binding>> => {
      const after = cursors.read(cursor)
      const tuples = await readRoleTuples(
        authorizer,
        assertDefined(grant.project, "the grant is on a project"),
      )
      const bindings = tuples
        .map(({ relation, user }) => ({ role: relation as ProjectRole, subject: subjectOfTuple(user) }))
        .sort(compare)
      const following =
        after === undefined ? bindings : bindings.filter((binding) => compare(binding, toBinding(after)) > 0)
      const items = following.slice(0, limit)
      const last = items.at(-1)
      const isLast = last === undefined || following.length <= limit
      return { items, next_cursor: isLast ? null : cursors.write([last.role, last.subject]) }
    },
  })
}

function toBinding([role, subject]: [ProjectRole, string]): Binding {
  return { role, subject }
}

/** Roles from owner down, subjects by their bytes. */
function compare(left: Binding, right: Binding): number {
  const byRole = projectRoles.indexOf(left.role) - projectRoles.indexOf(right.role)
  if (byRole !== 0) return byRole
  return left.subject < right.subject ? -1 : Number(left.subject > right.subject)
}
