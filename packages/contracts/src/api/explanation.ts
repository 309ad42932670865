import { z } from "zod"
import { bindingSchema, checkAnswerSchema } from "./governance.ts"

const tupleSchema = z
  .object({ user: z.string(), relation: z.string(), object: z.string() })
  .meta({ id: "Relationship" })

/** One step from the asked permission towards the principal. */
const explanationStepSchema = z
  .object({
    kind: z.enum(["tuple", "computed", "identity", "not"]),
    object: z.string(),
    relation: z.string(),
    user: z.string().optional().meta({ description: "Of a tuple: who holds the relation." }),
    from: z.string().optional().meta({ description: "Of a computed step: the relation it came from." }),
    stored: z
      .boolean()
      .optional()
      .meta({ description: "Of a tuple: false where the token or the directory says it." }),
  })
  .meta({ id: "ExplanationStep" })
/** One step of the way that allowed the principal. */
export type ExplanationStep = z.infer<typeof explanationStepSchema>

/** What was tried for a denial. Tuples of others appear for those who may manage users. */
export interface ExplanationNode {
  rule: string
  object: string
  relation: string
  outcome: string
  tuples?: { user: string; relation: string; object: string }[] | undefined
  children?: ExplanationNode[] | undefined
}

const explanationNodeSchema: z.ZodType<ExplanationNode> = z
  .object({
    rule: z.string(),
    object: z.string(),
    relation: z.string(),
    outcome: z.string(),
    tuples: z.array(tupleSchema).optional(),
    get children() {
      return z.array(explanationNodeSchema).optional()
    },
  })
  .meta({ id: "ExplanationNode" })

/** The smallest grant that would allow what was denied: a binding, or a realm role in the identity server. */
const suggestionSchema = z
  .object({
    binding: bindingSchema.extend({ project: z.string() }).optional(),
    realm_role: z.string().optional(),
    summary: z.string(),
  })
  .meta({ id: "Suggestion" })
/** What an administrator could grant so that the answer becomes yes. Nothing is granted by it. */
export type Suggestion = z.infer<typeof suggestionSchema>

/** Query of `GET /v1/explain`. `principal` left out means oneself. */
export const explainQuerySchema = z.strictObject({
  permission: z.string().min(1).max(64),
  object: z.string().min(1).max(256),
  principal: z.string().min(1).max(512).optional(),
})

/** `GET /v1/explain`: what `check` answers, and why. */
export const explainAnswerSchema = checkAnswerSchema
  .extend({
    path: z.array(explanationStepSchema).optional(),
    tree: explanationNodeSchema.optional(),
    suggestion: suggestionSchema.optional(),
  })
  .meta({ id: "ExplainAnswer" })
/** Answer of `GET /v1/explain`, read. */
export type ExplainAnswer = z.infer<typeof explainAnswerSchema>
