import { GatehouseError } from "@gatehouse/sdk/client"
import type { CliEnvironment } from "../environment.ts"
import type { Login } from "./login.ts"
import {
  chooseLogin,
  createLoginStore,
  type LoginChoice,
  type LoginStore,
  withLogin,
  withoutLogin,
} from "./login-store.ts"

/** A token that ends sooner is renewed first, so that it lasts through the request and clocks may differ a little. */
const renewBeforeMilliseconds = 30_000

/** A kept login in use. */
export interface Session {
  readonly login: Login
  /** An access token that is valid for a while, renewed where needed. Throws `cli.session_ended` where it cannot be. */
  accessToken(): Promise<string>
}

/** The login that a command's options mean. Throws as `chooseLogin` does. */
export async function openSession(environment: CliEnvironment, choice: LoginChoice): Promise<Session> {
  const store = createLoginStore(environment.loginDirectory)
  const { key, login } = chooseLogin(await store.read(), choice)
  return {
    login,
    accessToken: async () => (isFresh(login) ? login.accessToken : renew(store, key)),
  }
}

function isFresh(login: Login): boolean {
  return login.accessTokenExpiresAt - Date.now() > renewBeforeMilliseconds
}

/**
 * Renews a login's tokens. A refresh token works once (rotation), so one process renews at a time, and who waited takes what
 * the other one got.
 */
function renew(store: LoginStore, key: string): Promise<string> {
  return store.change(async (file) => {
    const login = file.logins[key]
    if (login === undefined) throw new GatehouseError("cli.session_ended")
    if (isFresh(login)) return { result: login.accessToken }
    const tokens = await refresh(login)
    const renewed = { ...login, ...tokens }
    return { file: withLogin(file, renewed, { current: false }), result: renewed.accessToken }
  })
}

async function refresh(login: Login) {
  if (login.refreshToken === undefined) throw new GatehouseError("cli.session_ended")
  const [{ discoverRealm, fromIdentity }, { refreshTokenGrant, ResponseBodyError }, { tokensOf }] =
    await Promise.all([
      import("../oidc/identity-client.ts"),
      import("openid-client"),
      import("../oidc/obtain-login.ts"),
    ])
  const configuration = await discoverRealm(login.issuer, login.clientId)
  try {
    return tokensOf(await refreshTokenGrant(configuration, login.refreshToken))
  } catch (cause) {
    if (cause instanceof ResponseBodyError) throw new GatehouseError("cli.session_ended", { cause })
    throw fromIdentity(cause)
  }
}

/** Forgets a login here and ends its session at the identity server. Gives whether the server confirmed. */
export async function endSession(
  environment: CliEnvironment,
  choice: LoginChoice,
): Promise<{ login: Login; ended: boolean }> {
  const store = createLoginStore(environment.loginDirectory)
  return store.change(async (file) => {
    const { key, login } = chooseLogin(file, choice)
    const ended = await revoke(login)
    return { file: withoutLogin(file, key), result: { login, ended } }
  })
}

/** Revoking the refresh token ends the session (RFC 7009; Keycloak ends the user's client session with it). */
async function revoke(login: Login): Promise<boolean> {
  if (login.refreshToken === undefined) return false
  const [{ discoverRealm }, { tokenRevocation }] = await Promise.all([
    import("../oidc/identity-client.ts"),
    import("openid-client"),
  ])
  try {
    await tokenRevocation(await discoverRealm(login.issuer, login.clientId), login.refreshToken, {
      token_type_hint: "refresh_token",
    })
    return true
  } catch {
    return false
  }
}
