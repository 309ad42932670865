/** An answer of the token endpoint that gives no token. */
export interface TokenRefusal {
  readonly status: number
  readonly error: string
  readonly description: string
}

/** By the provider's own detail; each names one reason in Keycloak's words. */
const grantReasons: readonly (readonly [pattern: RegExp, description: string])[] = [
  [/^refresh token already used/, "Maximum allowed refresh token reuse exceeded"],
  [/^refresh token is expired/, "Token is not active"],
  [/^refresh token invalid/, "Session not active"],
  [/^refresh token/, "Invalid refresh token"],
  [/redirect_uri mismatch/, "Incorrect redirect_uri"],
  [/^code_verifier must be provided/, "PKCE code verifier not specified"],
  [/code_verifier|code_challenge/, "PKCE verification failed: Code mismatch"],
  [/^authorization code/, "Code not valid"],
]

/** The provider's refusal of a grant as Keycloak says it (WIRES.md). Nothing of the request is repeated. */
export function toTokenRefusal(
  grantType: "authorization_code" | "refresh_token" | undefined,
  { error, detail }: { readonly error: string; readonly detail: string },
): TokenRefusal {
  if (error === "invalid_scope")
    return { status: 400, error, description: "Invalid scopes: more than the refresh token has" }
  if (error === "invalid_request")
    return { status: 400, error, description: "A parameter is missing, repeated or has the wrong form" }
  if (error !== "invalid_grant") return { status: 400, error, description: "The request was refused" }
  const [, description] = grantReasons.find(([pattern]) => pattern.test(detail)) ?? []
  if (grantType === "refresh_token" && detail === "already used")
    return { status: 400, error, description: "Maximum allowed refresh token reuse exceeded" }
  const fallback = grantType === "refresh_token" ? "Invalid refresh token" : "Code not valid"
  return { status: 400, error, description: description ?? fallback }
}
