import type { UserSessions } from "../sessions/user-sessions.ts"
import type { ExpiringObject, ExpiringObjectInput, IdentityStore } from "../store/types.ts"
import { grantTag } from "../tokens/access-token-claims.ts"
import { toClientMetadata } from "./client-metadata.ts"
import { currentRealmRequest } from "./realm-request.ts"

type Payload = Record<string, unknown>

/** What the provider stores through; one for each kind of object. */
export interface ProviderAdapter {
  upsert(id: string, payload: Payload, expiresInSeconds: number): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<Payload | undefined>
  findByUserCode(userCode: string): Promise<Payload | undefined>
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

interface Dependencies {
  readonly store: IdentityStore
  readonly sessions: UserSessions
  readonly nowMilliseconds: () => number
  /** What a caller gets who uses a code or refresh token that another has used at the same instant. */
  readonly alreadyUsed: () => Error
}

/** The provider's storage for one kind of object, on the realm of the request under way. */
export function createAdapter(model: string, dependencies: Dependencies): ProviderAdapter {
  return model === "Client" ? createClientAdapter(dependencies) : createObjectAdapter(model, dependencies)
}

function createObjectAdapter(model: string, dependencies: Dependencies): ProviderAdapter {
  const { store, nowMilliseconds, alreadyUsed } = dependencies
  const { expiring } = store
  const realmId = () => currentRealmRequest().realm.id
  const read = async (found: Promise<ExpiringObject | undefined>) => {
    const stored = await found
    if (!stored) return undefined
    const payload = stored.consumedAt
      ? { ...stored.payload, consumed: Math.floor(stored.consumedAt.getTime() / 1000) }
      : { ...stored.payload }
    return model === "Session" && !(await lives(dependencies, payload)) ? undefined : payload
  }
  return {
    upsert: (id, payload, expiresInSeconds) =>
      expiring.upsert({
        realmId: realmId(),
        model,
        id,
        payload,
        expiresAt: new Date(nowMilliseconds() + expiresInSeconds * 1000),
        ...belongings(model, id, payload),
      }),
    find: (id) => read(expiring.find(realmId(), model, id)),
    findByUid: (uid) => read(expiring.findByUid(realmId(), model, uid)),
    findByUserCode: (userCode) => read(expiring.findByUserCode(realmId(), model, userCode)),
    async consume(id) {
      if (await expiring.consume(realmId(), model, id)) return
      const stored = await expiring.find(realmId(), model, id)
      const grantId = stored?.payload.grantId
      if (typeof grantId === "string") await expiring.destroyByGrant(realmId(), grantId)
      throw alreadyUsed()
    },
    destroy: (id) => expiring.destroy(realmId(), model, id),
    revokeByGrantId: (grantId) => expiring.destroyByGrant(realmId(), grantId),
  }
}

/** Clients are the store's, read anew for each request so that a disabled one stops at once. The provider never writes any. */
function createClientAdapter({ store }: Dependencies): ProviderAdapter {
  const nothing = async () => undefined
  return {
    async find(clientId) {
      const client = await store.findClient(currentRealmRequest().realm.id, clientId)
      const metadata = client && toClientMetadata(client)
      return metadata && { ...metadata }
    },
    upsert: nothing,
    findByUid: nothing,
    findByUserCode: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  }
}

/** A browser's session counts only while the session that tokens name lives, and with the user who began that. */
async function lives({ sessions }: Dependencies, payload: Payload): Promise<boolean> {
  const { uid, accountId } = payload
  if (typeof uid !== "string" || typeof accountId !== "string") return true
  const request = currentRealmRequest()
  const session = await sessions.find(request.realm, uid)
  if (session?.accountId !== accountId) return false
  request.session = session
  return true
}

function belongings(
  model: string,
  id: string,
  payload: Payload,
): Pick<ExpiringObjectInput, "grantId" | "uid" | "userCode" | "accountId" | "clientId"> {
  const text = (member: string) => {
    const value = payload[member]
    return typeof value === "string" ? value : undefined
  }
  // A sign-in under way outlives the grant that it started from: somebody else may be signing in.
  if (model === "Interaction") return {}
  const isGrant = model === "Grant"
  return {
    grantId: isGrant ? id : text("grantId"),
    uid: isGrant ? grantTag(id) : text("uid"),
    userCode: text("userCode"),
    accountId: text("accountId"),
    clientId: text("clientId"),
  }
}
