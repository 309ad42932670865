import { GatehouseError, type PartHealth, Secret } from "@gatehouse/kernel"
import { createDirectory, type Directory, type DirectoryOptions } from "./directory/create-directory.ts"
import { findClient } from "./ensure/ensure-client.ts"
import { type EnsuredRealm, ensureRealm } from "./ensure/ensure-realm.ts"
import { type EnsuredUser, ensureUser, type UserSpecification } from "./ensure/ensure-user.ts"
import { type EnsuredGroup, ensureGroupPath } from "./ensure/groups.ts"
import type { RealmTemplate } from "./template/realm-template.ts"
import { createAdminWire, type IdentityServerOptions } from "./wire/admin-wire.ts"
import { objectIn, textIn } from "./wire/answers.ts"

/** What Gatehouse does at an identity server. Every error is a `GatehouseError` of the area `identity`. */
export interface IdentityClient {
  /** Makes a realm what the template says; names what it changed. */
  ensureRealm(template: RealmTemplate): Promise<EnsuredRealm>
  ensureUser(realm: string, user: UserSpecification): Promise<EnsuredUser>
  /** Makes the group at a full path, and those above it. */
  ensureGroupPath(realm: string, path: string): Promise<EnsuredGroup>
  /** The secret of a confidential client. Throws `identity.not_found` for an unknown or public one. */
  clientSecret(realm: string, clientId: string): Promise<Secret>
  /** Removes a realm with everything in it; true where there was one. */
  removeRealm(realm: string): Promise<boolean>
  /** The directory on the same connections. */
  directory(options?: Omit<DirectoryOptions, "wire">): Directory
  health(): Promise<PartHealth>
  close(): Promise<void>
}

/** A client of the identity wire: Keycloak, or the embedded engine. */
export function createIdentityClient(options: IdentityServerOptions): IdentityClient {
  const wire = createAdminWire(options)
  return {
    ensureRealm: (template) => ensureRealm(wire, template),
    ensureUser: (realm, user) => ensureUser(wire, realm, user),
    ensureGroupPath: (realm, path) => ensureGroupPath(wire, realm, path),
    async clientSecret(realm, clientId) {
      const operation = "client.secret"
      const client = await findClient(wire, realm, clientId)
      if (!client) throw new GatehouseError("identity.not_found", { details: { operation } })
      const path = `/clients/${textIn(client, "id", operation)}/client-secret`
      const secret = objectIn(await wire.read({ realm, path, operation }), operation)
      if (typeof secret.value !== "string" || client.publicClient === true) {
        throw new GatehouseError("identity.not_found", { details: { operation } })
      }
      return new Secret(secret.value)
    },
    async removeRealm(realm) {
      const answer = await wire.request({ method: "DELETE", realm, path: "", operation: "realm.delete" })
      if (answer.status === 404) return false
      if (answer.status !== 204) {
        throw new GatehouseError("identity.unexpected_answer", {
          details: { operation: "realm.delete", status: answer.status },
        })
      }
      return true
    },
    directory: (directoryOptions = {}) => createDirectory({ ...directoryOptions, wire }),
    async health() {
      try {
        await wire.read({ realm: options.credentials.realm, path: "/clients?max=1", operation: "health" })
        return { status: "ok" }
      } catch (error) {
        return {
          status: "failed",
          detail: error instanceof GatehouseError ? error.code : "identity.unavailable",
        }
      }
    },
    close: wire.close,
  }
}
