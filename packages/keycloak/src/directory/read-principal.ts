import type { PrincipalType } from "@gatehouse/contracts"
import { findClient } from "../ensure/ensure-client.ts"
import { groupPathsOf } from "../ensure/ensure-user.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import {
  isRepresentation,
  listIn,
  objectIn,
  optionalText,
  type Representation,
  textIn,
} from "../wire/answers.ts"

/** What a token of somebody would say now. */
export interface PrincipalFacts {
  /** Full paths. */
  readonly groups: readonly string[]
  readonly realmRoles: readonly string[]
  readonly enabled: boolean
  readonly username: string | undefined
  readonly email: string | undefined
  readonly name: string | undefined
}

/** Longer is nobody's id; Keycloak's column holds as much. */
const maximumSubjectCharacters = 255

/** A user by id; undefined where there is none, and for what only looks like an id in a path (`count`, `..`). */
export async function readUser(
  wire: AdminWire,
  realm: string,
  subject: string,
): Promise<Representation | undefined> {
  const isName =
    subject !== "" && subject !== "." && subject !== ".." && subject.length <= maximumSubjectCharacters
  if (!isName || !subject.isWellFormed()) return undefined
  const user = await wire.find({
    realm,
    path: `/users/${encodeURIComponent(subject)}`,
    operation: "user.read",
  })
  return isRepresentation(user) && user.id === subject ? user : undefined
}

/** What a token of a user or of a client's service account would say now. */
export async function readPrincipal(
  wire: AdminWire,
  realm: string,
  type: PrincipalType,
  subject: string,
): Promise<PrincipalFacts | undefined> {
  switch (type) {
    case "user": {
      const user = await readUser(wire, realm, subject)
      return user && readFacts(wire, realm, user, user.enabled === true)
    }
    case "service":
      return readService(wire, realm, subject)
    case "api_key":
      return undefined
  }
}

async function readService(
  wire: AdminWire,
  realm: string,
  clientId: string,
): Promise<PrincipalFacts | undefined> {
  const operation = "client.service_account"
  if (clientId === "" || !clientId.isWellFormed()) return undefined
  const client = await findClient(wire, realm, clientId)
  if (client?.serviceAccountsEnabled !== true) return undefined
  const path = `/clients/${textIn(client, "id", operation)}/service-account-user`
  const user = objectIn(await wire.read({ realm, path, operation }), operation)
  return readFacts(wire, realm, user, client.enabled === true && user.enabled === true)
}

async function readFacts(
  wire: AdminWire,
  realm: string,
  user: Representation,
  enabled: boolean,
): Promise<PrincipalFacts> {
  const operation = "user.roles"
  const id = textIn(user, "id", operation)
  const path = `/users/${encodeURIComponent(id)}/role-mappings/realm/composite`
  const [groups, roles] = await Promise.all([
    groupPathsOf(wire, realm, id),
    wire.read({ realm, path, operation }).then((body) => listIn(body, operation)),
  ])
  return {
    groups,
    realmRoles: roles.map((role) => textIn(role, "name", operation)),
    enabled,
    username: optionalText(user, "username"),
    email: optionalText(user, "email"),
    name: fullName(user),
  }
}

/** First and last name, as the scope `profile` writes `name`. */
export function fullName(user: Representation): string | undefined {
  const names = [optionalText(user, "firstName"), optionalText(user, "lastName")]
  return names.filter((name) => name !== undefined).join(" ") || undefined
}
