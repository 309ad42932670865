import { statSync } from "node:fs"
import { parseArgs } from "node:util"
import { type SubjectName, subjectNames } from "./openfga/subject.ts"

/**
 * `npm run conformance -- openfga DIR`: a directory of test files that others wrote, case by case. Exits 0 when all passed, 1
 * when not, 2 when it was called wrongly.
 */
const usage = `npm run conformance -- openfga DIR [options]

DIR holds OpenFGA test files, at any depth: its own format (tests with stages) and store files (.fga.yaml).

  --subject NAME   ${subjectNames.join(", ")}; several with commas or repeated. Default: all
  --url URL        a running server on OpenFGA's wire instead of the embedded engine
  --token TOKEN    its preshared key; the environment's AUTHORIZATION_TOKEN does not show in process lists
  --json           the report as one JSON document, without a closing line
`

function refuse(message: string): never {
  process.stderr.write(`${message}\n\n${usage}`)
  process.exit(2)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        subject: { type: "string", multiple: true },
        url: { type: "string" },
        token: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function readSubjects(given: readonly string[] | undefined): SubjectName[] | undefined {
  const names = given?.flatMap((each) => each.split(","))
  const unknown = names?.find((name) => !subjectNames.some((known) => known === name))
  if (unknown !== undefined) refuse(`There is no subject ${unknown}.`)
  return names === undefined ? undefined : subjectNames.filter((name) => names.includes(name))
}

const { values, positionals } = readArguments()
if (values.help) {
  process.stdout.write(usage)
  process.exit(0)
}
const [suite, directory, ...rest] = positionals
if (suite !== "openfga") refuse("The suite is openfga.")
if (directory === undefined || rest.length > 0) refuse("One directory is expected.")
if (statSync(directory, { throwIfNoEntry: false }) === undefined) refuse(`There is no ${directory}.`)
if (values.url !== undefined && !URL.canParse(values.url)) refuse("--url is no URL.")
const credential = values.token ?? process.env.AUTHORIZATION_TOKEN
const server = values.url === undefined ? undefined : { url: values.url.replace(/\/+$/, ""), credential }
const subjects = readSubjects(values.subject)
// Loaded last: a wrong call is told at once.
const { runOpenfga } = await import("./openfga/run-openfga.ts")
const { passed, failed } = await runOpenfga({ directory, server, subjects, json: values.json })
if (!values.json) process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
