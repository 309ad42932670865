import { randomBytes } from "node:crypto"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { generateInternalSigningKey } from "@gatehouse/tokens"
import type { JWK } from "jose"
import { readJson, type StatePaths, writeJson } from "./state-directory.ts"

/** Logins that have a key of their own, from which their passwords are derived. */
const loginNames = ["identity", "authorization", "governance", "sbom"] as const
/** A database login whose password derives from a kept key. */
export type LoginName = (typeof loginNames)[number]

/** Everything that is generated at the first start and kept. None of it is in the repository or has a default. */
export interface GeneratedSecrets {
  readonly databasePassword: Secret
  readonly identityClientSecret: Secret
  readonly identityEncryptionKey: Secret
  readonly authorizationKey: Secret
  readonly controlToken: Secret
  readonly loginKeys: Readonly<Record<LoginName, Secret>>
  readonly internalTokenKey: Secret<JWK>
}

interface StoredSecrets {
  readonly values: Record<string, string>
  readonly internalTokenKey: JWK
}

const names = [
  "databasePassword",
  "identityClientSecret",
  "identityEncryptionKey",
  "authorizationKey",
  "controlToken",
  ...loginNames.map((login) => `login.${login}`),
]

/** 256 bits: more than any guess, and the length that AES-256 and HMAC-SHA256 take. */
const secretBytes = 32

/** Reads the state directory's secrets, generating those that are missing. The file is readable by its owner alone. */
export async function loadSecrets(paths: StatePaths): Promise<GeneratedSecrets> {
  const stored = await readJson<StoredSecrets>(paths.secrets)
  const complete: StoredSecrets = {
    values: Object.fromEntries(
      names.map((name) => [name, stored?.values[name] ?? randomBytes(secretBytes).toString("base64url")]),
    ),
    internalTokenKey: stored?.internalTokenKey ?? revealSecret(generateInternalSigningKey()),
  }
  if (stored === undefined || names.some((name) => stored.values[name] === undefined))
    await writeJson(paths.secrets, complete)
  const secret = (name: string) => new Secret(complete.values[name] as string)
  return {
    databasePassword: secret("databasePassword"),
    identityClientSecret: secret("identityClientSecret"),
    identityEncryptionKey: secret("identityEncryptionKey"),
    authorizationKey: secret("authorizationKey"),
    controlToken: secret("controlToken"),
    loginKeys: {
      identity: secret("login.identity"),
      authorization: secret("login.authorization"),
      governance: secret("login.governance"),
      sbom: secret("login.sbom"),
    },
    internalTokenKey: new Secret(complete.internalTokenKey),
  }
}
