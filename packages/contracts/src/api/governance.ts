import { z } from "zod"
import { organizationMatrix, projectRoles } from "../permissions/matrices.ts"
import { pageSchema } from "./page.ts"

const timestamp = z.iso.datetime().meta({ description: "UTC, RFC 3339." })
const principalText = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: "`user:<organization>/<subject>`, `service:<organization>/<client id>`." })

/** `GET /v1/me`: the verified credential, and what it may do in its organization. */
export const meSchema = z
  .object({
    id: principalText,
    type: z.enum(["user", "service", "api_key"]),
    subject: z.string(),
    organization: z.string().meta({ description: "Where the principal acts." }),
    home: z
      .string()
      .meta({ description: "The realm that vouches for it; differs for principals of the platform." }),
    username: z.string().nullable(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    groups: z.array(z.string()),
    realm_roles: z.array(z.string()),
    scopes: z.array(z.string()),
    permissions: z
      .array(
        z.enum(["can_read", ...(Object.keys(organizationMatrix) as (keyof typeof organizationMatrix)[])]),
      )
      .meta({ description: "Permissions on the organization." }),
  })
  .meta({ id: "Me" })
/** Answer of `GET /v1/me`, read. */
export type Me = z.infer<typeof meSchema>

/** An organization. `url` is where its API and portal answer, `issuer` what its tokens name. */
export const organizationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    issuer: z.string(),
    created_at: timestamp,
  })
  .meta({ id: "Organization" })
/** An organization of an answer, read. */
export type Organization = z.infer<typeof organizationSchema>
/** A page of the organizations that the caller may see. */
export const organizationPageSchema = pageSchema(organizationSchema).meta({ id: "OrganizationPage" })

/** A user of the organization's realm. Read from the identity server, never stored here. */
export const memberSchema = z
  .object({
    id: z.string().meta({ description: "The realm's own id of the user: `sub` in its tokens." }),
    principal: principalText,
    username: z.string(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    enabled: z.boolean(),
  })
  .meta({ id: "Member" })
/** A member of an answer, read. */
export type Member = z.infer<typeof memberSchema>
/** A page of an organization's members. */
export const memberPageSchema = pageSchema(memberSchema).meta({ id: "MemberPage" })

/** One member, with what the directory says it holds. */
export const memberDetailSchema = memberSchema
  .extend({ groups: z.array(z.string()), realm_roles: z.array(z.string()) })
  .meta({ id: "MemberDetail" })
/** A member with what the list leaves out. */
export type MemberDetail = z.infer<typeof memberDetailSchema>

/** Longest name of a project, in characters: one line in a table. */
const maximumProjectNameLength = 100

/** A project's name: one line, no space at its ends, no control character. */
const projectNameSchema = z
  .string()
  .min(1)
  .max(maximumProjectNameLength)
  .regex(
    /^(?!\s)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*(?<!\s)$/u,
    "one line without control characters or spaces at its ends",
  )

/** A project. Its name is unique in the organization; its id everywhere. */
export const projectSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    organization: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
    created_by: principalText,
  })
  .meta({ id: "Project" })
/** A project of an answer, read. */
export type Project = z.infer<typeof projectSchema>
/** A page of the projects that the caller may read, not of all there are. */
export const projectPageSchema = pageSchema(projectSchema).meta({ id: "ProjectPage" })

/** Body of create and rename. A member that is not named here is refused. */
export const projectBodySchema = z.strictObject({ name: projectNameSchema }).meta({ id: "ProjectBody" })
/** Body of the calls that make or rename a project, read. */
export type ProjectBody = z.infer<typeof projectBodySchema>

/** The name of a project's role, as paths and bodies spell it. */
export const projectRoleSchema = z.enum(projectRoles).meta({ id: "ProjectRole" })

/** A role of a project, held by a user, a service account or the members of a realm group. */
export const bindingSchema = z
  .object({
    role: projectRoleSchema,
    subject: z.string().meta({
      description:
        "`user:<organization>/<subject>`, `service:<organization>/<client id>` or `group:<organization>/<path>`.",
    }),
  })
  .meta({ id: "Binding" })
/** A binding of an answer, read. */
export type Binding = z.infer<typeof bindingSchema>
/** A page of one project's bindings. */
export const bindingPageSchema = pageSchema(bindingSchema).meta({ id: "BindingPage" })

/** Body of `POST /v1/check`. `principal` left out means oneself. */
export const checkRequestSchema = z
  .strictObject({
    permission: z.string().min(1).max(64),
    object: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: "`organization:<id>`, `project:<id>`, `sbom:<id>`." }),
    principal: principalText.optional(),
  })
  .meta({ id: "CheckRequest" })
/** Body of `POST /v1/check`, read. */
export type CheckRequest = z.infer<typeof checkRequestSchema>

/** Answer of `POST /v1/check`. `decision_id` joins it to the log line and the audit record. */
export const checkAnswerSchema = z
  .object({ allowed: z.boolean(), decision_id: z.string() })
  .meta({ id: "CheckAnswer" })
/** Answer of `POST /v1/check`, read. */
export type CheckAnswer = z.infer<typeof checkAnswerSchema>
