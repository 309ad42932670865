import { z } from "zod"

/**
 * The wire of the OpenID AuthZEN Authorization API 1.0. What a schema does not name is ignored, not refused: section 10.1.1
 * asks receivers for it.
 */

/** Where the API says what it offers (section 9.2); public, and different for each organization's host. */
export const accessMetadataPath = "/.well-known/authzen-configuration"

/** The endpoints, at the specification's default paths (section 10.1). */
export const accessPaths = {
  evaluation: "/access/v1/evaluation",
  evaluations: "/access/v1/evaluations",
  searchSubject: "/access/v1/search/subject",
  searchResource: "/access/v1/search/resource",
  searchAction: "/access/v1/search/action",
} as const

/** Longest type, id or name: OpenFGA's users have at most 512 bytes, and nothing here is longer. */
const maximumNameLength = 512
/** Questions of one batch: two of the authorization wire's batches, and a bound on what one request may cost. */
export const maximumEvaluations = 100
/** Results of one page. A page may hold fewer than were asked for while more follow. */
export const maximumSearchResults = 200
/** Results of one page where the request names no limit. */
export const defaultSearchResults = 50
/** Our tokens are far shorter. */
const maximumTokenLength = 2_048

const name = z.string().max(maximumNameLength)
/** Attributes that the caller supplies. They reach conditions of the model and nothing else. */
const properties = z.record(z.string(), z.unknown())

const typed = z.object({ type: name, id: name, properties: properties.optional() })
const typeAlone = z.object({ type: name, properties: properties.optional() })

/** Who acts: `user` or `service`, by `<organization>/<subject>` or, in the asker's own organization, by the subject alone. */
export const accessSubjectSchema = typed.meta({ id: "AccessSubject" })
/** What is acted on: `organization` or `project`. */
export const accessResourceSchema = typed.meta({ id: "AccessResource" })
/** A permission of the two matrices. */
export const accessActionSchema = z
  .object({ name, properties: properties.optional() })
  .meta({ id: "AccessAction" })

/** Body of `POST /access/v1/evaluation`, and each question of a batch once its defaults are filled in. */
export const evaluationRequestSchema = z
  .object({
    subject: accessSubjectSchema,
    action: accessActionSchema,
    resource: accessResourceSchema,
    context: properties.optional(),
  })
  .meta({ id: "EvaluationRequest" })
/** One question of the API, read. */
export type EvaluationRequest = z.infer<typeof evaluationRequestSchema>

/** When a batch ends (section 7.1.2.1). */
export const evaluationsSemantics = ["execute_all", "deny_on_first_deny", "permit_on_first_permit"] as const
/** The name of a way in which a batch ends. */
export type EvaluationsSemantic = (typeof evaluationsSemantics)[number]

/**
 * Body of `POST /access/v1/evaluations`. The members beside `evaluations` are defaults of its questions; without questions they
 * are the one question. What is wrong with one question is that question's own answer, so its form is not judged here.
 */
export const evaluationsRequestSchema = z
  .object({
    subject: accessSubjectSchema.partial().optional(),
    action: accessActionSchema.partial().optional(),
    resource: accessResourceSchema.partial().optional(),
    context: properties.optional(),
    evaluations: z
      .array(z.unknown())
      .max(maximumEvaluations)
      .optional()
      .meta({ description: "Questions in the form of EvaluationRequest, without what the defaults say." }),
    options: z
      .object({ evaluations_semantic: z.enum(evaluationsSemantics).default("execute_all") })
      .optional(),
  })
  .meta({ id: "EvaluationsRequest" })
/** Body of a batch, read. */
export type EvaluationsRequest = z.infer<typeof evaluationsRequestSchema>

/** Why a decision is no. What may not be seen and what does not exist are one reason. */
export const accessReasons = ["denied", "not_found", "unknown_action"] as const

/** A decision. `decision_id` joins it to the log line and the audit record; `error` is why a question of a batch has none. */
export const accessDecisionSchema = z
  .object({
    decision: z.boolean(),
    context: z
      .object({
        decision_id: z.string().optional(),
        reason: z.enum(accessReasons).optional(),
        error: z.object({ status: z.int(), code: z.string(), message: z.string() }).optional(),
      })
      .optional(),
  })
  .meta({ id: "AccessDecision" })
/** A decision of an answer, read. */
export type AccessDecision = z.infer<typeof accessDecisionSchema>

/** Answer of a batch, in the order of its questions up to where it ended; of a request without questions, the one decision. */
export const evaluationsAnswerSchema = z
  .union([z.object({ evaluations: z.array(accessDecisionSchema) }), accessDecisionSchema])
  .meta({ id: "EvaluationsAnswer" })
/** Answer of a batch, read. */
export type EvaluationsAnswer = z.infer<typeof evaluationsAnswerSchema>

const page = z.object({
  token: z.string().max(maximumTokenLength).optional(),
  limit: z
    .int()
    .min(0)
    .optional()
    .meta({ description: `At most so many results; never more than ${maximumSearchResults}.` }),
})
/** Which page of a search is asked for. */
export type AccessPageRequest = z.infer<typeof page>

/** Body of `POST /access/v1/search/subject`. An id of the subject is ignored (section 8.4.1). */
export const subjectSearchSchema = z
  .object({
    subject: typeAlone,
    action: accessActionSchema,
    resource: accessResourceSchema,
    context: properties.optional(),
    page: page.optional(),
  })
  .meta({ id: "SubjectSearch" })
/** Body of a search for subjects, read. */
export type SubjectSearch = z.infer<typeof subjectSearchSchema>

/** Body of `POST /access/v1/search/resource`. An id of the resource is ignored (section 8.5.1). */
export const resourceSearchSchema = z
  .object({
    subject: accessSubjectSchema,
    action: accessActionSchema,
    resource: typeAlone,
    context: properties.optional(),
    page: page.optional(),
  })
  .meta({ id: "ResourceSearch" })
/** Body of a search for resources, read. */
export type ResourceSearch = z.infer<typeof resourceSearchSchema>

/** Body of `POST /access/v1/search/action`. */
export const actionSearchSchema = z
  .object({
    subject: accessSubjectSchema,
    resource: accessResourceSchema,
    context: properties.optional(),
    page: page.optional(),
  })
  .meta({ id: "ActionSearch" })
/** Body of a search for actions, read. */
export type ActionSearch = z.infer<typeof actionSearchSchema>

/** Says whether more follows: `next_token` is empty on the last page (section 8.2.2). First in the answer, as recommended. */
const pageAnswer = z.object({ next_token: z.string(), count: z.int() })

const foundEntity = z.object({ type: z.string(), id: z.string() })

/** Answer of a search for subjects or resources. */
export const entitySearchAnswerSchema = z
  .object({ page: pageAnswer, results: z.array(foundEntity) })
  .meta({ id: "EntitySearchAnswer" })
/** Answer of a search for subjects or resources, read. */
export type EntitySearchAnswer = z.infer<typeof entitySearchAnswerSchema>

/** Answer of a search for actions. */
export const actionSearchAnswerSchema = z
  .object({ page: pageAnswer, results: z.array(z.object({ name: z.string() })) })
  .meta({ id: "ActionSearchAnswer" })
/** Answer of a search for actions, read. */
export type ActionSearchAnswer = z.infer<typeof actionSearchAnswerSchema>

/** The metadata document of the decision point at an address (section 9.1). */
export function accessMetadata(origin: string): Readonly<Record<string, string>> {
  return {
    policy_decision_point: origin,
    access_evaluation_endpoint: `${origin}${accessPaths.evaluation}`,
    access_evaluations_endpoint: `${origin}${accessPaths.evaluations}`,
    search_subject_endpoint: `${origin}${accessPaths.searchSubject}`,
    search_resource_endpoint: `${origin}${accessPaths.searchResource}`,
    search_action_endpoint: `${origin}${accessPaths.searchAction}`,
  }
}
