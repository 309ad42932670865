import type { Answer } from "../../tests/support/http.ts"

const changing = new Set(["date", "x-decision-id", "x-request-id"])

/** An answer without what differs from request to request, and without what was asked for. */
export function comparable({ status, headers, text }: Answer, asked: string): object {
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !changing.has(name))),
    body: text
      .replaceAll(asked, "<asked>")
      .replaceAll(encodeURIComponent(asked), "<asked>")
      .replaceAll(/"(request_id|decision_id)":"[^"]*"/g, '"$1":"…"'),
  }
}
