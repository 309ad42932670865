import { z } from "zod"
import type { Realm, RealmSettings } from "../../store/types.ts"
import { countField, onlyEmpty, onlyValue, readOnly, textField, textMap } from "../body.ts"

/** Members of RealmRepresentation that say how a realm behaves and that this engine acts on. */
const settings = {
  enabled: z.boolean(),
  displayName: textField,
  sslRequired: z.enum(["all", "external", "none"]),
  accessTokenLifespan: countField.min(1),
  ssoSessionIdleTimeout: countField.min(1),
  ssoSessionMaxLifespan: countField.min(1),
  accessCodeLifespan: countField.min(1),
  accessCodeLifespanUserAction: countField.min(1),
  accessCodeLifespanLogin: countField.min(1),
  revokeRefreshToken: z.boolean(),
  refreshTokenMaxReuse: countField.max(0, "has a value that is not supported by this engine"),
  notBefore: countField,
  loginWithEmailAllowed: z.boolean(),
  bruteForceProtected: z.boolean(),
  failureFactor: countField.min(1),
  waitIncrementSeconds: countField,
  maxFailureWaitSeconds: countField,
  maxDeltaTimeSeconds: countField,
  defaultSignatureAlgorithm: z.literal("RS256", "has a value that is not supported by this engine"),
  attributes: textMap,
}

/** Members that Keycloak has and this engine does not act on: told with these values, and taken with no other. */
const fixedMembers = {
  registrationAllowed: false,
  registrationEmailAsUsername: false,
  rememberMe: false,
  verifyEmail: false,
  duplicateEmailsAllowed: false,
  resetPasswordAllowed: false,
  editUsernameAllowed: false,
  permanentLockout: false,
  offlineSessionMaxLifespanEnabled: false,
  internationalizationEnabled: false,
  eventsEnabled: false,
  adminEventsEnabled: false,
  userManagedAccessAllowed: false,
  organizationsEnabled: false,
} as const

const fixed = Object.fromEntries(
  Object.entries(fixedMembers).map(([name, value]) => [name, onlyValue(value)]),
) as Record<keyof typeof fixedMembers, ReturnType<typeof onlyValue<false>>>

/** What is not supported at all but for being empty. */
const absent = {
  identityProviders: onlyEmpty,
  identityProviderMappers: onlyEmpty,
  clientScopes: onlyEmpty,
  components: onlyEmpty,
  defaultGroups: onlyEmpty,
  defaultRoles: onlyEmpty,
  requiredActions: onlyEmpty,
  scopeMappings: onlyEmpty,
  clientScopeMappings: onlyEmpty,
  smtpServer: onlyEmpty,
  passwordPolicy: onlyValue(""),
}

const realmMembers = {
  id: textField.max(36),
  realm: textField.max(255),
  ...settings,
}

/** A realm as `PUT` takes it: every member may be missing, and stays then as it is. */
export const realmUpdateSchema = z.strictObject({
  ...z.object(realmMembers).partial().shape,
  ...fixed,
  ...absent,
  defaultRole: readOnly,
})

/** The settings that a change of a realm names; what is left out stays. */
export type RealmUpdate = z.infer<typeof realmUpdateSchema>

/** The settings after an update. */
export function mergeRealmSettings(current: RealmSettings, update: RealmUpdate): RealmSettings {
  const given = Object.entries(update).filter(([name, value]) => name in settings && value !== undefined)
  return { ...current, ...Object.fromEntries(given) }
}

/** RealmRepresentation. */
export function toRealmRepresentation({ id, realm, ...behaviour }: Realm): Record<string, unknown> {
  return { id, realm, ...behaviour, ...fixedMembers, passwordPolicy: "" }
}

/** What a list of realms tells of each (`briefRepresentation=true`). */
export function toBriefRealmRepresentation(realm: Realm): Record<string, unknown> {
  const { id, displayName, enabled } = realm
  return { id, realm: realm.realm, displayName, enabled }
}
