/** A realm's id, a UUID; its name is `realm`. Every read and write below names the realm, so nothing crosses realms. */
export type RealmId = string

/** The settings of a realm, in Keycloak's words (RealmRepresentation). Durations are seconds, `notBefore` seconds since the epoch. */
export interface RealmSettings {
  readonly enabled: boolean
  readonly displayName: string | undefined
  readonly sslRequired: "all" | "external" | "none"
  readonly accessTokenLifespan: number
  readonly ssoSessionIdleTimeout: number
  readonly ssoSessionMaxLifespan: number
  readonly accessCodeLifespan: number
  readonly accessCodeLifespanUserAction: number
  readonly accessCodeLifespanLogin: number
  readonly revokeRefreshToken: boolean
  readonly refreshTokenMaxReuse: number
  readonly notBefore: number
  readonly loginWithEmailAllowed: boolean
  readonly bruteForceProtected: boolean
  /** Failures before an account waits. */
  readonly failureFactor: number
  readonly waitIncrementSeconds: number
  readonly maxFailureWaitSeconds: number
  /** Failures older than this are forgotten. */
  readonly maxDeltaTimeSeconds: number
  readonly defaultSignatureAlgorithm: "RS256"
  readonly attributes: Readonly<Record<string, string>>
}

/** A realm with its settings. Everything else of the engine belongs to one. */
export interface Realm extends RealmSettings {
  readonly id: RealmId
  /** The name in paths and issuers. */
  readonly realm: string
}

/** A JSON Web Key as jose takes it. */
export type Jwk = Readonly<Record<string, unknown>> & { readonly kty: string }

/** A signing key of a realm. The private half is decrypted for the caller and never logged. */
export interface RealmKey {
  readonly kid: string
  readonly algorithm: "RS256"
  readonly publicJwk: Jwk
  readonly privateJwk: Jwk
  readonly createdAt: Date
}

/** `active` signs; `passive` keys only verify what was signed before a rotation. Newest first. */
export interface RealmKeys {
  readonly active: RealmKey
  readonly passive: readonly RealmKey[]
}

/** A claim's source (ProtocolMapperRepresentation). */
export interface ProtocolMapper {
  readonly id: string
  readonly name: string
  readonly protocol: "openid-connect"
  /** Keycloak's provider id, as `oidc-audience-mapper`. */
  readonly protocolMapper: string
  readonly config: Readonly<Record<string, string>>
}

/** A named set of mappers (ClientScopeRepresentation). `attributes["include.in.token.scope"]` says whether `scope` names it. */
export interface ClientScope {
  readonly id: string
  readonly name: string
  readonly description: string | undefined
  readonly protocol: "openid-connect"
  readonly attributes: Readonly<Record<string, string>>
  readonly protocolMappers: readonly ProtocolMapper[]
}

/** A client without its secret (ClientRepresentation). */
export interface Client {
  /** UUID; `clientId` is what requests name. */
  readonly id: string
  readonly realmId: RealmId
  readonly clientId: string
  readonly name: string | undefined
  readonly description: string | undefined
  readonly enabled: boolean
  readonly publicClient: boolean
  readonly bearerOnly: boolean
  readonly consentRequired: boolean
  readonly standardFlowEnabled: boolean
  readonly implicitFlowEnabled: boolean
  readonly directAccessGrantsEnabled: boolean
  readonly serviceAccountsEnabled: boolean
  readonly fullScopeAllowed: boolean
  readonly frontchannelLogout: boolean
  readonly redirectUris: readonly string[]
  readonly webOrigins: readonly string[]
  readonly rootUrl: string | undefined
  readonly baseUrl: string | undefined
  readonly adminUrl: string | undefined
  readonly notBefore: number
  /** Keycloak's: `pkce.code.challenge.method`, `post.logout.redirect.uris` (`##` between), `backchannel.logout.url`, … */
  readonly attributes: Readonly<Record<string, string>>
  /** The client's own mappers; those of its scopes come from `clientScopesOf`. */
  readonly protocolMappers: readonly ProtocolMapper[]
  /** Names of scopes that always apply, and of those that a request may ask for. */
  readonly defaultClientScopes: readonly string[]
  readonly optionalClientScopes: readonly string[]
}

/** A client with the secret it authenticates with; public clients have none. Compare with `equalInConstantTime`. */
export interface ClientWithSecret extends Client {
  readonly secret: string | undefined
}

/** A user (UserRepresentation). `username` and `email` are in canonical form (`normalizeUsername`). */
export interface User {
  readonly id: string
  readonly realmId: RealmId
  readonly username: string
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly firstName: string | undefined
  readonly lastName: string | undefined
  readonly enabled: boolean
  /** Milliseconds since the epoch. */
  readonly createdTimestamp: number
  /** Seconds since the epoch: tokens issued before are dead. Moved by logout. */
  readonly notBefore: number
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly requiredActions: readonly string[]
  /** The client (its UUID) whose service account this is; such a user never signs in. */
  readonly serviceAccountClient: string | undefined
}

/** A group by its full path, `/projects/<id>/project-owners`. Names hold no `/`. */
export interface Group {
  readonly id: string
  readonly realmId: RealmId
  readonly parentId: string | undefined
  readonly name: string
  readonly path: string
  readonly description: string | undefined
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly subGroupCount: number
}

/** A role of the realm, or of a client where `clientUuid` is set. */
export interface Role {
  readonly id: string
  readonly realmId: RealmId
  readonly clientUuid: string | undefined
  readonly name: string
  readonly description: string | undefined
  readonly composite: boolean
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

/** What somebody holds after groups, parent groups and composites are followed. Names, sorted. */
export interface EffectiveRoles {
  readonly realm: readonly string[]
  /** By client id: `{"realm-management": ["view-users"]}`. */
  readonly clients: Readonly<Record<string, readonly string[]>>
}

/** Where the next sign-in of an account stands under the realm's brute-force settings. */
export interface LoginFailures {
  readonly failures: number
  /** Until then every attempt fails, the right password too; undefined where none waits. */
  readonly lockedUntil: Date | undefined
}

/**
 * An object that dies: code, session, grant, refresh token. Kind (`model`) is part of its key, so that a key of one kind
 * is never found as another. Ids and payloads are kept as keyed digests and ciphertext: a copy of the table opens nothing.
 */
export interface ExpiringObject {
  readonly realmId: RealmId
  readonly model: string
  readonly id: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly expiresAt: Date | undefined
  readonly consumedAt: Date | undefined
}

/** How an expiring object is stored. `accountId` and `clientId` let it be listed and ended by whom it belongs to. */
export interface ExpiringObjectInput {
  readonly realmId: RealmId
  readonly model: string
  readonly id: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly expiresAt: Date | undefined
  readonly grantId?: string | undefined
  readonly uid?: string | undefined
  readonly userCode?: string | undefined
  readonly accountId?: string | undefined
  readonly clientId?: string | undefined
}

/** The storage under oidc-provider's adapter. Expired objects are never found. */
export interface ExpiringObjects {
  /** Inserts or replaces; a replaced object keeps `consumedAt`. */
  upsert(object: ExpiringObjectInput): Promise<void>
  find(realmId: RealmId, model: string, id: string): Promise<ExpiringObject | undefined>
  findByUid(realmId: RealmId, model: string, uid: string): Promise<ExpiringObject | undefined>
  findByUserCode(realmId: RealmId, model: string, userCode: string): Promise<ExpiringObject | undefined>
  /** True for exactly one of any number of concurrent callers; false for all others, for the unknown and for the expired. */
  consume(realmId: RealmId, model: string, id: string): Promise<boolean>
  destroy(realmId: RealmId, model: string, id: string): Promise<void>
  /** Ends everything that came from one grant, whatever its kind. */
  destroyByGrant(realmId: RealmId, grantId: string): Promise<void>
  /** Everything of one user (and, where given, of one kind). Newest first. */
  listByAccount(realmId: RealmId, accountId: string, model?: string): Promise<readonly ExpiringObject[]>
  /** Ends everything of one user. A session stays as a consumed object, so that no late write revives it. */
  destroyByAccount(realmId: RealmId, accountId: string): Promise<void>
  /** Ends everything that was issued to one client: an id that is given away again inherits nothing. */
  destroyByClient(realmId: RealmId, clientId: string): Promise<void>
  /** Deletes what has expired, in batches; the number deleted. */
  purge(): Promise<number>
}

/** What changed, told after its commit: for providers and caches that are built per realm. */
export interface StoreChange {
  readonly realmId: RealmId
  /** The realm's name; after a rename both the old and the new are told. */
  readonly realm: string
  readonly kind: "realm" | "realm-deleted" | "keys" | "client" | "client-scope" | "user" | "group" | "role"
}

/** What issuing tokens reads. Every read sees all writes that were committed before it. */
export interface IdentityReader {
  findRealm(name: string): Promise<Realm | undefined>
  findRealmById(realmId: RealmId): Promise<Realm | undefined>
  /** The realm's keys, private halves included. */
  realmKeys(realmId: RealmId): Promise<RealmKeys>
  findClient(realmId: RealmId, clientId: string): Promise<ClientWithSecret | undefined>
  /** The scopes of a client with their mappers, in order of their names. */
  clientScopesOf(
    client: Client,
  ): Promise<{ default: readonly ClientScope[]; optional: readonly ClientScope[] }>
  findUser(realmId: RealmId, userId: string): Promise<User | undefined>
  /** In the realm's canonical form; by e-mail too where the realm allows that. Service accounts are never found. */
  findUserByUsernameOrEmail(realmId: RealmId, name: string): Promise<User | undefined>
  /** The user behind a confidential client's client_credentials grant. */
  findServiceAccountUser(realmId: RealmId, clientUuid: string): Promise<User | undefined>
  /** Full paths, sorted. Ancestors are not listed: a member of `/a/b` is written once. */
  groupPathsOf(user: User): Promise<readonly string[]>
  effectiveRealmRolesOf(user: User): Promise<readonly string[]>
  effectiveRolesOf(user: User): Promise<EffectiveRoles>
  /**
   * Whether this is the user's password. Takes the same time for an unknown user, one without password and a service
   * account (INVARIANT 8). `temporary` asks for a new one.
   */
  verifyPassword(user: User | undefined, password: string): Promise<{ valid: boolean; temporary: boolean }>
  loginFailuresOf(user: User): Promise<LoginFailures>
}

/** The state of the identity engine, as the OIDC side uses it. The Admin API's own writes are in `admin-store.ts`. */
export interface IdentityStore extends IdentityReader {
  readonly expiring: ExpiringObjects
  /** Counts one failure against the account, whatever name was typed, and says where it stands now. */
  recordLoginFailure(user: User): Promise<LoginFailures>
  clearLoginFailures(user: User): Promise<void>
  /** Replaces the password and ends what was open under the old one. */
  setPassword(user: User, password: string, options: { temporary: boolean }): Promise<void>
  /** Ends all sessions and grants of a user and moves the not-before of earlier tokens to now. */
  logoutUser(realmId: RealmId, userId: string): Promise<void>
  /** Calls back after each committed change of this process; the result ends it. */
  onChange(listener: (change: StoreChange) => void): () => void
}
