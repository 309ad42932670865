import type { ErrorAnswer } from "@gatehouse/http"
import type { GatehouseError } from "@gatehouse/kernel"

/** Where Keycloak has words of its own for what happened. */
const keycloakWords: Partial<Record<GatehouseError["code"], string>> = {
  "identity.realm_not_found": "Realm does not exist",
  "request.not_found": "Unable to find matching target resource method",
}

/** The mapper of Keycloak's wire for errors that no endpoint answers itself: `{"error", "error_description"}`. */
export function keycloakErrorAnswer(error: GatehouseError): ErrorAnswer {
  const words = keycloakWords[error.code]
  return {
    status: error.status,
    contentType: "application/json",
    body: words
      ? { error: words }
      : {
          error: error.status >= 500 ? "unknown_error" : "invalid_request",
          error_description: error.publicMessage,
        },
    headers: { "cache-control": "no-store" },
  }
}
