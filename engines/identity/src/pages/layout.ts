import { createHash } from "node:crypto"
import { Html, html } from "./html.ts"
import { pageStyles } from "./styles.ts"

const styles = new Html(pageStyles)
const styleHash = createHash("sha256").update(pageStyles).digest("base64")

const mark = html`<svg class="mark" viewBox="0 0 48 48" fill="none" aria-hidden="true" focusable="false"><path d="M8 44V20a16 16 0 0 1 32 0v24" stroke="currentColor" stroke-width="4" stroke-linecap="round"/><path d="M18 44V22a6 6 0 0 1 12 0v22M4 44h40" stroke="currentColor" stroke-width="4" stroke-linecap="round"/></svg>`

/** A whole page. `title` goes to the window, `content` into the card. No page has scripts, images or links elsewhere. */
export function renderPage(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${styles}</style>
</head>
<body>
<main>
${mark}
${content}
</main>
<footer>Secured by Gatehouse</footer>
</body>
</html>
`.text
}

/**
 * The headers of every page: nothing is loaded but its own style, nothing frames it, it sends no referrer and nobody keeps
 * it. `formTargets` are origins that a form's answer may lead to besides this one: browsers hold a redirect that follows a
 * form to the same rule.
 */
export function pageHeaders(formTargets: readonly string[] = []): Readonly<Record<string, string>> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      `form-action ${["'self'", ...formTargets].join(" ")}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "none",
  }
}
