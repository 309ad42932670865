import { html } from "./html.ts"
import { renderPage } from "./layout.ts"

/** Asks before a session ends for which no proof came along (OpenID Connect RP-Initiated Logout 1.0 section 2). */
export function renderLogoutPage(page: {
  readonly organization: string
  readonly action: string
  /** The request, sealed to this browser's session, as hidden fields. */
  readonly fields: Readonly<Record<string, string>>
}): string {
  const fields = Object.entries(page.fields)
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
    .reduce((all, field) => html`${all}${field}`, html``)
  return renderPage(
    `Sign out · ${page.organization}`,
    html`<h1>Sign out of ${page.organization}?</h1>
<p class="lead">This ends your session in every application that you opened with it.</p>
<form id="kc-logout-confirm" method="post" action="${page.action}">
${fields}
<button id="kc-logout" name="confirmLogout" type="submit">Sign out</button>
</form>`,
  )
}
