import fc from "fast-check"
import { expect, test } from "vitest"
import { html } from "./html.ts"

test("no text put into a template leaves its element or attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "a", "/", " ", "=") }), (text) => {
      const written = html`<p title="${text}">${text}</p>`.text
      expect(written.match(/</g)).toHaveLength(2)
      expect(written.match(/"/g)).toHaveLength(2)
    }),
  )
})

test("templates nest unescaped, and parts that are left out write nothing", () => {
  expect(html`<b>${html`<i>${"<"}</i>`}${undefined}${false}</b>`.text).toBe("<b><i>&lt;</i></b>")
})
