export {
  type ExplainAnswer,
  type ExplanationNode,
  type ExplanationStep,
  explainAnswerSchema,
  explainQuerySchema,
  explanationNodeSchema,
  explanationStepSchema,
  type Suggestion,
  suggestionSchema,
} from "./api/explanation.ts"
export {
  type Binding,
  bindingPageSchema,
  bindingSchema,
  type CheckAnswer,
  type CheckRequest,
  checkAnswerSchema,
  checkRequestSchema,
  type Me,
  type Member,
  type MemberDetail,
  maximumProjectNameLength,
  memberDetailSchema,
  memberPageSchema,
  memberSchema,
  meSchema,
  type Organization,
  organizationPageSchema,
  organizationSchema,
  type Project,
  type ProjectBody,
  projectBodySchema,
  projectNameSchema,
  projectPageSchema,
  projectRoleSchema,
  projectSchema,
} from "./api/governance.ts"
export {
  type OrganizationDirectoryAnswer,
  organizationDirectorySchema,
  type RevocationPageAnswer,
  revocationEventSchema,
  revocationPageSchema,
} from "./api/internal.ts"
export { type Page, pageQuerySchema, pageSchema } from "./api/page.ts"
export {
  type Problem,
  type ProblemContext,
  problemContentType,
  problemSchema,
  toProblem,
} from "./api/problem.ts"
export {
  type Component,
  componentPageSchema,
  componentSchema,
  type Sbom,
  type SbomCreated,
  sbomCreatedSchema,
  sbomPageSchema,
  sbomSchema,
} from "./api/sbom.ts"
export {
  apiAudience,
  type DefaultClientIds,
  defaultClientIds,
  developmentPortalUrl,
} from "./default-clients.ts"
export {
  groupAndAncestors,
  groupId,
  isUuid,
  type ObjectId,
  organizationObject,
  type ParsedPrincipal,
  type PrincipalId,
  type PrincipalType,
  type ProjectUuid,
  parsePrincipalId,
  parseProjectUuid,
  platformObject,
  principalId,
  projectObject,
} from "./ids/fga-id.ts"
export {
  isOrganizationId,
  type OrganizationId,
  parseOrganizationId,
  platformOrganizationId,
  reservedOrganizationIds,
} from "./ids/organization.ts"
export { decodeIdSegment, encodeIdSegment, maximumSegmentBytes } from "./ids/segment.ts"
export {
  type OrganizationRole,
  organizationMatrix,
  organizationRoles,
  type PermissionObjectType,
  type ProjectRole,
  projectMatrix,
  projectRoles,
} from "./permissions/matrices.ts"
export { permissionModel, permissionModelText } from "./permissions/model.ts"
export {
  currentPermissions,
  type DatabaseVerb,
  type OrganizationPermission,
  type Permission,
  type ProjectPermission,
  permissionVerb,
  type ResourcePermission,
  type VerbOf,
} from "./permissions/permission.ts"
export { isResourceType, permissionsOfType } from "./permissions/permissions-of-type.ts"
export {
  organizationTuples,
  projectGroupTuples,
  projectLinkTuple,
  type StoredTuple,
} from "./permissions/stored-tuples.ts"
export {
  maximumBoundGroups,
  organizationGroups,
  platformAdministratorRole,
  projectGroupPath,
  realmRoleRelations,
} from "./permissions/who-holds-what.ts"
export { gatewayPrincipal, platformService } from "./platform-services.ts"
export type { Principal } from "./principal.ts"
