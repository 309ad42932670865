import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Comment, parseSync, type Statement } from "oxc-parser"

/**
 * Holds that every export of the sources has a docstring. Prints each that has none, with file and line; exits 1 when there is
 * one. Tests and what serves them alone are free, and so are re-exports: what they name has its docstring where it is declared.
 */
const root = fileURLToPath(new URL("..", import.meta.url))

type Declaration = NonNullable<Extract<Statement, { type: "ExportNamedDeclaration" }>["declaration"]>
interface Finding {
  readonly line: number
  readonly name: string
}

const sources = ["packages", "engines", "services", "apps"]
const free = /\.test\.ts$|\.d\.ts$|(^|\/)(tests?|testing|contract)\//

function declaredName(declaration: Declaration): string {
  if (declaration.type === "VariableDeclaration") {
    const id = declaration.declarations[0]?.id
    return id?.type === "Identifier" ? id.name : "(pattern)"
  }
  return "id" in declaration && declaration.id?.type === "Identifier" ? declaration.id.name : "(unnamed)"
}

/** The exports of a source text without a docstring; later overloads of a function are covered by its first. */
function undocumented(file: string): Finding[] {
  const source = readFileSync(join(root, file), "utf8")
  const { program, comments, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const leads = (comment: Comment, start: number) =>
    comment.type === "Block" &&
    comment.end <= start &&
    comment.value.startsWith("*") &&
    /^\s*$/.test(source.slice(comment.end, start))
  const seen = new Set<string>()
  return program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) return []
    const name = declaredName(statement.declaration)
    const key = `${statement.declaration.type.replace("TSDeclareFunction", "FunctionDeclaration")} ${name}`
    if (seen.has(key)) return []
    seen.add(key)
    if (comments.some((comment) => leads(comment, statement.start))) return []
    return [{ name, line: source.slice(0, statement.start).split("\n").length }]
  })
}

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...sources], {
  cwd: root,
  encoding: "utf8",
})
const files = listed.split("\n").filter((file) => file.endsWith(".ts") && !free.test(file))
const findings = files.flatMap((file) =>
  undocumented(file).map(({ line, name }) => `${file}:${line} ${name}`),
)
for (const finding of findings) console.log(finding)
if (findings.length > 0) process.exitCode = 1
else console.log(`every export of ${files.length} files has a docstring`)
