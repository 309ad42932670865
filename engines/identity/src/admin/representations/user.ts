import { z } from "zod"
import type { User } from "../../store/types.ts"
import { countField, onlyEmpty, readOnly, textField, textList, textListMap } from "../body.ts"

/** CredentialRepresentation, as far as it sets a password. */
export const passwordSchema = z.strictObject({
  id: readOnly,
  type: z.literal("password", "has a value that is not supported by this engine").default("password"),
  value: z.string().default(""),
  temporary: z.boolean().default(false),
  userLabel: readOnly,
})

/** UserRepresentation as `POST` and `PUT` take it. */
export const userSchema = z.strictObject({
  id: textField.optional(),
  username: textField.optional(),
  email: textField.optional(),
  emailVerified: z.boolean().optional(),
  firstName: textField.optional(),
  lastName: textField.optional(),
  enabled: z.boolean().optional(),
  attributes: textListMap.optional(),
  requiredActions: textList.optional(),
  credentials: z.array(passwordSchema).max(1, "has more than one password").optional(),
  groups: textList.optional(),
  realmRoles: textList.optional(),
  clientRoles: z.record(textField, textList).optional(),
  createdTimestamp: readOnly,
  notBefore: countField.optional(),
  totp: readOnly,
  origin: readOnly,
  disableableCredentialTypes: onlyEmpty,
  federatedIdentities: onlyEmpty,
  access: readOnly,
})

/** A user as the admin API takes it. May hold a password in plain text: never log it. */
export type UserRepresentation = z.infer<typeof userSchema>

/** UserRepresentation; the brief one leaves attributes out. */
export function toUserRepresentation(user: User, { brief = false } = {}): Record<string, unknown> {
  const { id, username, email, emailVerified, firstName, lastName, enabled, createdTimestamp } = user
  const hasAttributes = Object.keys(user.attributes).length > 0
  return {
    id,
    username,
    firstName,
    lastName,
    email,
    emailVerified,
    enabled,
    createdTimestamp,
    ...(brief
      ? {}
      : {
          totp: false,
          ...(hasAttributes ? { attributes: user.attributes } : {}),
          disableableCredentialTypes: [],
          requiredActions: user.requiredActions,
          notBefore: user.notBefore,
        }),
    access: { manage: true, view: true },
  }
}
