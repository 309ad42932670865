import { z } from "zod"

/**
 * `GET /internal/organizations`, for the gateway alone: every realm that is trusted, the platform's own (`platform`) too, and
 * the host names by which its organization is reached. Addresses follow the configuration of the answering service.
 */
export const organizationDirectorySchema = z.object({
  organizations: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      issuer: z.string().meta({ description: "Compared with `iss` character by character." }),
      jwks_uri: z
        .string()
        .meta({ description: "Where the realm's keys are dialled; may differ in host from the issuer." }),
      algorithm: z.enum(["RS256", "ES256"]),
      hosts: z
        .array(z.string())
        .meta({ description: "In lower case, without port. Empty for the platform's own realm." }),
    }),
  ),
})
/** The directory, read. The gateway checks it once more before it trusts an entry. */
export type OrganizationDirectoryAnswer = z.infer<typeof organizationDirectorySchema>

const common = { organization: z.string(), atSeconds: z.number() }

/** One event of the revocation feed, in the form that `@gatehouse/tokens` takes. */
const revocationEventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("session_ended"), sessionId: z.string(), ...common }),
  z.object({ kind: z.literal("token_revoked"), tokenId: z.string(), ...common }),
  z.object({
    kind: z.literal("principal_not_before"),
    subject: z.string(),
    notBeforeSeconds: z.number(),
    ...common,
  }),
  z.object({ kind: z.literal("organization_not_before"), notBeforeSeconds: z.number(), ...common }),
])

/** `GET /internal/revocations?after=`, for the gateway alone. `next` is opaque; `complete` where nothing more was there. */
export const revocationPageSchema = z.object({
  events: z.array(revocationEventSchema),
  next: z.string(),
  complete: z.boolean(),
})
/** A page of the revocation feed, read; events in the order of their positions. */
export type RevocationPageAnswer = z.infer<typeof revocationPageSchema>
