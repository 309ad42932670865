import { html } from "./html.ts"
import { renderPage } from "./layout.ts"

/** What the login page shows. All of it is escaped when the page is written. */
export interface LoginPage {
  /** The organization's display name. */
  readonly organization: string
  /** The application that asked, where it has a name. */
  readonly application: string | undefined
  /** Where the form is sent: a path of this server. */
  readonly action: string
  /** What was typed before, or hinted at. */
  readonly username: string
  /** Why the page is shown again. */
  readonly error: string | undefined
}

const warning = html`<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true" focusable="false"><circle cx="10" cy="10" r="8"/><path d="M10 6v5M10 14h.01"/></svg>`

/** The sign-in page: user name or e-mail and password, one error for all that can be wrong with them, no script. */
export function renderLoginPage({ organization, application, action, username, error }: LoginPage): string {
  const invalid = html` aria-invalid="true" aria-describedby="login-error"`
  const startsAtPassword = username !== ""
  return renderPage(
    error ? `Sign-in failed · ${organization}` : `Sign in · ${organization}`,
    html`<h1>Sign in to ${organization}</h1>
<p class="lead">${application ? `to continue to ${application}` : "with your account of this organization"}</p>
${error !== undefined && html`<div class="error" id="login-error" role="alert">${warning}<span>${error}</span></div>`}
<form id="kc-form-login" method="post" action="${action}">
<div>
<label for="username">User name or e-mail</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="255" required${!startsAtPassword && html` autofocus`}${error !== undefined && invalid}>
</div>
<div>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${startsAtPassword && html` autofocus`}${error !== undefined && invalid}>
</div>
<button id="kc-login" name="login" type="submit">Sign in</button>
</form>`,
  )
}
