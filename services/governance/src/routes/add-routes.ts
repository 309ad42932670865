import { echoRequestIds } from "./access/access-route.ts"
import { addEvaluate } from "./access/evaluate.ts"
import { addEvaluateEach } from "./access/evaluate-each.ts"
import { addSearchAction } from "./access/search-action.ts"
import { addSearchResource } from "./access/search-resource.ts"
import { addSearchSubject } from "./access/search-subject.ts"
import { addDeleteBinding, addPutBinding } from "./bindings/change-binding.ts"
import { addListBindings } from "./bindings/list-bindings.ts"
import { addCheck } from "./decisions/check.ts"
import { addExplain } from "./decisions/explain.ts"
import { addListRevocations } from "./internal/list-revocations.ts"
import { addListTrustedRealms } from "./internal/list-trusted-realms.ts"
import { addReceiveLogoutToken } from "./internal/receive-logout-token.ts"
import { addGetMe } from "./me/get-me.ts"
import { addGetMember } from "./members/get-member.ts"
import { addListMembers } from "./members/list-members.ts"
import { addGetOrganization } from "./organizations/get-organization.ts"
import { addListOrganizations } from "./organizations/list-organizations.ts"
import { addCreateProject } from "./projects/create-project.ts"
import { addDeleteProject } from "./projects/delete-project.ts"
import { addGetProject } from "./projects/get-project.ts"
import { addListProjects } from "./projects/list-projects.ts"
import { addRenameProject } from "./projects/rename-project.ts"
import type { RouteContext } from "./route-context.ts"

/** Every operation of the control plane. */
export function addRoutes(context: RouteContext): void {
  addGetMe(context)
  addListOrganizations(context)
  addGetOrganization(context)
  addListMembers(context)
  addGetMember(context)
  addCreateProject(context)
  addListProjects(context)
  addGetProject(context)
  addRenameProject(context)
  addDeleteProject(context)
  addListBindings(context)
  addPutBinding(context)
  addDeleteBinding(context)
  addCheck(context)
  addExplain(context)
  echoRequestIds(context.app.fastify)
  addEvaluate(context)
  addEvaluateEach(context)
  addSearchSubject(context)
  addSearchResource(context)
  addSearchAction(context)
  addListTrustedRealms(context)
  addListRevocations(context)
  addReceiveLogoutToken(context)
}
