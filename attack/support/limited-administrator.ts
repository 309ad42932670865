import { randomUUID } from "node:crypto"
import type { Answer } from "../../tests/support/http.ts"
import type { SharedPlane } from "../../tests/support/plane-setup.ts"
import { callAdmin, type IdentityRealm } from "./identity-realm.ts"

/** A service account with some rights of the Admin API, and no others. */
export interface LimitedAdministrator {
  readonly userId: string
  readonly clientUuid: string
  readonly clientId: string
  /** A call below its realm; a path that begins with `//` names another realm. */
  call(method: string, path: string, json?: unknown): Promise<Answer>
}

/** The roles of realm-management by name. */
export async function rightsOf(realm: IdentityRealm): Promise<Map<string, { id: string; name: string }>> {
  const management = await realm.clientUuid("realm-management")
  const roles = (await realm.admin("GET", `/clients/${management}/roles`)).json as {
    id: string
    name: string
  }[]
  return new Map(roles.map((role) => [role.name, role]))
}

export async function createLimitedAdministrator(
  plane: SharedPlane,
  realm: IdentityRealm,
  rights: readonly string[],
): Promise<LimitedAdministrator> {
  const clientId = `limited-${randomUUID().slice(0, 8)}`
  const secret = `a secret of ${clientId}, long enough`
  await realm.admin("POST", "/clients", { clientId, secret, serviceAccountsEnabled: true })
  const clientUuid = await realm.clientUuid(clientId)
  const { id: userId } = (await realm.admin("GET", `/clients/${clientUuid}/service-account-user`)).json as {
    id: string
  }
  const known = await rightsOf(realm)
  const management = await realm.clientUuid("realm-management")
  await realm.admin(
    "POST",
    `/users/${userId}/role-mappings/clients/${management}`,
    rights.map((right) => known.get(right)),
  )
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: secret }
  const { access_token } = (await realm.post("token", form)).json as { access_token: string }
  return {
    userId,
    clientUuid,
    clientId,
    call: (method, path, json) =>
      callAdmin(
        plane,
        access_token,
        method,
        path.startsWith("//") ? path.slice(1) : `/${realm.name}${path}`,
        json,
      ),
  }
}
