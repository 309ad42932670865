import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { expect, test } from "vitest"

/** Of V8's 984: the rest is for whoever asks from inside of something else, and for machines with larger frames. */
const stackKilobytes = 720

/** A model whose relations lead to each other one by one, further than the search follows them. */
function chainedModel(rewriteOf: (next: string) => object) {
  const count = 620
  const user = [{ type: "user" }]
  const names = Array.from({ length: count }, (_, index) => `r${index}`)
  const relations = Object.fromEntries(names.map((name, index) => [name, rewriteOf(`r${index + 1}`)]))
  const usersets = names.map((name, index) => {
    const isDirect = "this" in (relations[name] ?? {})
    const references = [{ type: "document", relation: `r${index + 1}` }]
    return [name, { directly_related_user_types: isDirect ? references : [] }]
  })
  const metadata = {
    ...Object.fromEntries(usersets),
    parent: { directly_related_user_types: [{ type: "document" }] },
    [`r${count}`]: { directly_related_user_types: user },
  }
  const document = {
    type: "document",
    relations: { ...relations, parent: { this: {} }, [`r${count}`]: { this: {} } },
    metadata: { relations: metadata },
  }
  return { schema_version: "1.1", type_definitions: [{ type: "user" }, document] }
}

test.each<[string, (next: string) => object]>([
  ["usersets", () => ({ this: {} })],
  [
    "tuplesets",
    (next) => ({
      tupleToUserset: { tupleset: { relation: "parent" }, computedUserset: { relation: next } },
    }),
  ],
  ["computed relations", (next) => ({ computedUserset: { relation: next } })],
])(
  "a search for entrypoints through %s, as deep as it goes, leaves a part of the stack",
  async (_, rewriteOf) => {
    const script = `
    import { validateModel } from ${JSON.stringify(new URL("./validate-model.ts", import.meta.url).href)}
    console.log(validateModel(${JSON.stringify(chainedModel(rewriteOf))})[0].message)`
    const options = [`--stack-size=${stackKilobytes}`, "--input-type=module", "-e", script]
    const { stdout } = await promisify(execFile)(process.execPath, options)
    expect(stdout).toContain("no entrypoints defined")
  },
)
