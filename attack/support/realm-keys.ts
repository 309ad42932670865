import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { Secret } from "@gatehouse/kernel"
import { signRaw } from "@gatehouse/tokens/testing"
import pg from "pg"
import { createSealer } from "../../engines/identity/src/store/sealer.ts"
import { addressOf, plane, stateSecrets } from "./plane.ts"

/** The key with which a realm of the running plane signs. */
export interface RealmKey {
  readonly keyId: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/**
 * Takes a realm's private key out of the identity database with the plane's own secrets, so that a token can be right in
 * everything but the attack.
 */
export async function realmKey(realm: string): Promise<RealmKey> {
  const { username, password } = plane.credentials.database ?? {}
  const { hostname, port } = new URL(addressOf("database"))
  const client = new pg.Client({
    host: hostname,
    port: Number(port),
    database: "gatehouse_identity",
    user: username,
    password,
  })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select k.kid, k.realm_id, k.private_jwk from identity.realm_key k join identity.realm r on r.id = k.realm_id
       where r.name = $1 and k.active`,
      [realm],
    )
    const [{ kid, realm_id: realmId, private_jwk: sealed }] = rows
    const sealer = createSealer(new Secret((await stateSecrets()).values.identityEncryptionKey ?? ""))
    const jwk = JSON.parse(sealer.open(sealed, `realm_key/${realmId}/${kid}`))
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" })
    return { keyId: kid, privateKey, publicKey: createPublicKey(privateKey) }
  } finally {
    await client.end()
  }
}

/** What a token is to say and how it is signed; a member that is undefined is left out. */
export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Default: the realm's own key. */
  readonly key?: Parameters<typeof signRaw>[2]
}

/** Signs a real token again with changes. Without any it is as good as the real one. */
export function forge(
  token: string,
  realm: RealmKey,
  { claims, header, key = realm.privateKey }: Forgery = {},
): string {
  const [realHeader, realClaims] = decodeToken(token)
  return signRaw(merged(realHeader, header), merged(realClaims, claims), key)
}

/** Header and claims as they stand in a token. */
export function decodeToken(token: string): [Record<string, unknown>, Record<string, unknown>] {
  const [header = "", claims = ""] = token.split(".")
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"))
  return [read(header), read(claims)]
}

function merged(real: Record<string, unknown>, changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...real, ...changes })
}
