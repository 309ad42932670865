export {
  type AccessDecision,
  type AccessPageRequest,
  type ActionSearch,
  type ActionSearchAnswer,
  accessDecisionSchema,
  accessMetadata,
  accessMetadataPath,
  accessPaths,
  actionSearchAnswerSchema,
  actionSearchSchema,
  defaultSearchResults,
  type EntitySearchAnswer,
  type EvaluationRequest,
  type EvaluationsAnswer,
  type EvaluationsRequest,
  type EvaluationsSemantic,
  entitySearchAnswerSchema,
  evaluationRequestSchema,
  evaluationsAnswerSchema,
  evaluationsRequestSchema,
  maximumEvaluations,
  maximumSearchResults,
  type ResourceSearch,
  resourceSearchSchema,
  type SubjectSearch,
  subjectSearchSchema,
} from "./api/access.ts"
export {
  type ExplainAnswer,
  type ExplanationNode,
  type ExplanationStep,
  explainAnswerSchema,
  explainQuerySchema,
  type Suggestion,
} from "./api/explanation.ts"
export {
  type Binding,
  bindingPageSchema,
  type CheckAnswer,
  type CheckRequest,
  checkAnswerSchema,
  checkRequestSchema,
  type Me,
  type Member,
  type MemberDetail,
  memberDetailSchema,
  memberPageSchema,
  meSchema,
  type Organization,
  organizationPageSchema,
  organizationSchema,
  type Project,
  type ProjectBody,
  projectBodySchema,
  projectPageSchema,
  projectRoleSchema,
  projectSchema,
} from "./api/governance.ts"
export {
  type OrganizationDirectoryAnswer,
  organizationDirectorySchema,
  type RevocationPageAnswer,
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
  isProjectUuid,
  isUuid,
  type ObjectId,
  organizationObject,
  type ParsedPrincipal,
  type PrincipalId,
  type PrincipalType,
  type ProjectUuid,
  parsePrincipalId,
  platformObject,
  principalId,
  projectObject,
} from "./ids/fga-id.ts"
export {
  isOrganizationId,
  type OrganizationId,
  parseOrganizationId,
  platformOrganizationId,
} from "./ids/organization.ts"
export { decodeIdSegment } from "./ids/segment.ts"
export {
  type OrganizationRole,
  organizationMatrix,
  organizationRoles,
  type PermissionObjectType,
  type ProjectRole,
  projectMatrix,
  projectRoles,
} from "./permissions/matrices.ts"
export { permissionModel } from "./permissions/model.ts"
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
