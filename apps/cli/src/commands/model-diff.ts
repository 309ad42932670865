import { GatehouseError } from "@gatehouse/sdk/client"
import {
  checkModel,
  diff,
  isYamlFile,
  type ModelDiff,
  type RelationshipTuple,
  readModelFile,
  readStoreFile,
  readTupleFile,
} from "@gatehouse/sdk/model"
import { defineCommand } from "../command/define-command.ts"
import { usageError } from "../command/parse-command-line.ts"
import { type ExitCode, exitCodes } from "../exit-codes.ts"
import { drawModelDiff } from "../output/draw-model-diff.ts"
import { jsonArgument } from "./server.ts"

/** Needs no server. Ends with 7 where access changes as `--fail-on` says, or where that cannot be ruled out. */
export const modelDiff = defineCommand({
  args: {
    old: {
      type: "positional",
      required: true,
      description: "Model in use: .fga, .json, fga.mod or .fga.yaml",
    },
    new: { type: "positional", required: true, description: "Model to take its place" },
    tuples: {
      type: "string",
      valueHint: "FILE",
      description:
        "Relationships: .yaml, .json, .jsonl, .csv or .fga.yaml; by default those of .fga.yaml models",
    },
    context: {
      type: "string",
      valueHint: "JSON",
      description: 'Values for condition parameters, as in \'{"ip":"10.0.0.1"}\'',
    },
    "fail-on": {
      type: "string",
      valueHint: "WHAT",
      description: "What ends with code 7: any change (by default), gains or losses",
    },
    ...jsonArgument,
  },
  run: async ({ args, terminal }) => {
    const failOn = parseFailOn(args["fail-on"])
    const context = parseContext(args.context)
    const before = checkModel(readModelFile(args.old), args.old)
    const after = checkModel(readModelFile(args.new), args.new)
    const tuples = readTuples(args.tuples, [args.old, args.new])
    const found = await diff(before, after, tuples, context === undefined ? {} : { context })
    requireCounting(found, tuples.length)
    if (args.json) terminal.out(JSON.stringify(found))
    else for (const line of drawModelDiff(terminal, found)) terminal.out(line)
    return exitCodeFor(found, failOn)
  },
})

const failOnWords = ["any", "gains", "losses"] as const

function parseFailOn(word: string | undefined): (typeof failOnWords)[number] {
  const known = failOnWords.find((one) => one === (word ?? "any"))
  if (known === undefined) throw usageError(`--fail-on takes ${failOnWords.join(", ")}.`)
  return known
}

function parseContext(json: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (json === undefined) return undefined
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>
  } catch {
    // The same mistake, in other words.
  }
  throw usageError("--context takes a JSON object.")
}

/** Relationships that count for nothing at all are the wrong file's: that nothing changes with them says nothing. */
function requireCounting({ tuples: { ignored } }: ModelDiff, count: number): void {
  const [first] = ignored.tuples
  if (first === undefined || ignored.count < count) return
  throw new GatehouseError("openfga.file_tuple_invalid", {
    publicMessage: `Neither model allows any of the relationships; the first: ${first.reason}.`,
  })
}

/** What could not be decided, or was not looked at, may be anything: it counts as a change of either kind. */
function exitCodeFor(
  { counts, complete }: ModelDiff,
  failOn: (typeof failOnWords)[number],
): ExitCode | undefined {
  const counted = {
    any: counts.gains + counts.losses,
    gains: counts.gains,
    losses: counts.losses,
  }[failOn]
  return counted + counts.undecided > 0 || !complete ? exitCodes.changed : undefined
}

/** The tuples of the named file; without one, those of the store files among the models, the later one's first of the same key. */
function readTuples(file: string | undefined, models: readonly string[]): readonly RelationshipTuple[] {
  if (file !== undefined) return isStoreFile(file) ? readStoreFile(file).tuples : readTupleFile(file)
  const stores = models.filter(isYamlFile)
  if (stores.length === 0) throw usageError("--tuples is missing: access is compared over relationships.")
  const byKey = new Map(
    stores
      .flatMap((store) => readStoreFile(store).tuples)
      .map((tuple) => [JSON.stringify([tuple.object, tuple.relation, tuple.user]), tuple]),
  )
  if (byKey.size === 0)
    throw usageError("--tuples is missing, and the models' own files hold no relationships.")
  return [...byKey.values()]
}

/** OpenFGA's convention; other YAML is a list of tuples. */
function isStoreFile(file: string): boolean {
  return /\.fga\.ya?ml$/i.test(file)
}
