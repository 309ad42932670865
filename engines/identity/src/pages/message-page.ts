import { html } from "./html.ts"
import { renderPage } from "./layout.ts"

/** A page that says one thing. */
export function renderMessagePage(title: string, message: string, code?: string): string {
  return renderPage(
    title,
    html`<h1>${title}</h1>
<p class="lead">${message}</p>
${code !== undefined && html`<p class="code">Error code: <code>${code}</code></p>`}`,
  )
}

/** What a person reads by the OAuth error that ended a request which may not be redirected. */
const explanations: Readonly<Record<string, string>> = {
  invalid_client: "The application that sent you here is not known to this organization.",
  invalid_redirect_uri: "The application asked to be answered at an address that is not registered for it.",
  expired:
    "This sign-in has expired or was begun in another browser. Go back to the application and start again.",
  invalid_id_token_hint: "The application sent a sign-out request that can't be verified.",
  realm_disabled: "This organization is switched off at the moment.",
  temporarily_unavailable: "Too many people are signing in at this moment. Go back and try again shortly.",
  server_error: "Something failed on our side. Try again in a moment.",
}

/** The page for a request that is refused without a redirect. No value of the request is shown. */
export function renderErrorPage(error: string): string {
  const message = Object.hasOwn(explanations, error) ? explanations[error] : undefined
  return renderMessagePage(
    "We can't continue",
    message ?? "The application sent a request that is not valid. Go back to it and start again.",
    /^[a-z_]{1,40}$/.test(error) ? error : undefined,
  )
}
