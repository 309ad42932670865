import type { AccessChange, AccessGroup, ModelDiff, RelationName, TupleChanges } from "@gatehouse/sdk/model"
import { oneLine, type Terminal } from "../terminal.ts"

type Styled = Pick<Terminal, "style">

/** Users shown of one relation; all are in the JSON form. */
const usersShown = 20
/** Objects shown of one user. */
const objectsShown = 5
/** Tuples shown that one model alone allows. */
const tuplesShown = 5

/** Two models' difference for a terminal: what exists in one alone, then who gains and loses what, by relation, then the sums. */
export function drawModelDiff(terminal: Styled, found: ModelDiff): string[] {
  const { types, relations, tuples, counts, universe, complete } = found
  const added = new Set(relations.added.map(nameOf))
  const removed = new Set(relations.removed.map(nameOf))
  const sections = [
    [
      ...types.added.map((type) => `+ type ${type}`),
      ...types.removed.map((type) => `- type ${type}`),
      ...relations.added.map((relation) => `+ relation ${nameOf(relation)}`),
      ...relations.removed.map((relation) => `- relation ${nameOf(relation)}`),
    ].map(oneLine),
    ...[...byRelation(found.groups)].map(([name, groups]) => {
      const remark = added.has(name) ? " (new)" : removed.has(name) ? " (gone)" : ""
      return [oneLine(name + remark), ...drawGroups(terminal, groups)]
    }),
    drawTuples("Relationships that stop counting, since the new model does not allow them", tuples.dropped),
    drawTuples("Relationships that begin to count, since only the new model allows them", tuples.revived),
    drawTuples("Relationships that count for nothing, since neither model allows them", tuples.ignored),
  ]
  const sums = [
    counts.gains + counts.losses + counts.undecided === 0 && complete
      ? "Nobody gains or loses anything"
      : `${counts.gains} gained, ${counts.losses} lost, ${counts.undecided} undecided`,
    ` among ${several(universe.users, "user")} and ${several(universe.objects, "object")}.`,
  ].join("")
  return [
    ...sections.flatMap((lines) => (lines.length === 0 ? [] : [...lines, ""])),
    sums,
    ...(counts.undecided > 0
      ? ["Undecided answers hang on conditions: give their parameters with --context."]
      : []),
    ...(complete ? [] : ["There is more than was compared or kept: this is not all."]),
  ]
}

function several(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

function nameOf({ type, relation }: RelationName): string {
  return `${type}#${relation}`
}

function byRelation(groups: readonly AccessGroup[]): ReadonlyMap<string, readonly AccessGroup[]> {
  const found = new Map<string, AccessGroup[]>()
  for (const group of groups) {
    const name = nameOf(group)
    const known = found.get(name)
    if (known === undefined) found.set(name, [group])
    else known.push(group)
  }
  return found
}

function drawGroups(terminal: Styled, all: readonly AccessGroup[]): string[] {
  const groups = withoutThoseInEveryone(all)
  const lines = groups
    .slice(0, usersShown)
    .flatMap(({ user, gains, losses, undecided }) => [
      ...(losses.length > 0 ? [terminal.style("red", line("-", user, "loses", losses))] : []),
      ...(gains.length > 0 ? [terminal.style("green", line("+", user, "gains", gains))] : []),
      ...(undecided.length > 0 ? [terminal.style("yellow", line("?", user, "undecided on", undecided))] : []),
    ])
  const rest = groups.length - usersShown
  return rest > 0 ? [...lines, `  and ${several(rest, "user")} more (--json lists all)`] : lines
}

/** What everyone of a type (`type:*`) gains or loses is not said again of each of them. */
function withoutThoseInEveryone(groups: readonly AccessGroup[]): readonly AccessGroup[] {
  const everyone = new Map(
    groups.filter(({ user }) => user.endsWith(":*")).map((group) => [group.user, objectsOf(group)]),
  )
  return groups.flatMap((group) => {
    const { user } = group
    const theirs = user.includes("#") ? undefined : everyone.get(`${user.slice(0, user.indexOf(":"))}:*`)
    if (theirs === undefined || user.endsWith(":*")) return [group]
    const own = (kind: "gains" | "losses" | "undecided") =>
      group[kind].filter(({ object }) => !theirs[kind].has(object))
    const left = { ...group, gains: own("gains"), losses: own("losses"), undecided: own("undecided") }
    return left.gains.length + left.losses.length + left.undecided.length === 0 ? [] : [left]
  })
}

function objectsOf({ gains, losses, undecided }: AccessGroup) {
  const named = (changes: readonly AccessChange[]) => new Set(changes.map(({ object }) => object))
  return { gains: named(gains), losses: named(losses), undecided: named(undecided) }
}

function line(sign: string, user: string, verb: string, changes: readonly AccessChange[]): string {
  const names = changes
    .slice(0, objectsShown)
    .map(({ object, conditional }) => (conditional ? `${object} (on a condition)` : object))
  const rest = changes.length - objectsShown
  const more = rest > 0 ? ` and ${rest} more` : ""
  return oneLine(`  ${sign} ${user} ${verb} ${names.join(", ")}${more}`)
}

function drawTuples(what: string, { tuples, count }: TupleChanges): string[] {
  if (count === 0) return []
  const shown = tuples.slice(0, tuplesShown)
  const rest = count - shown.length
  return [
    `${what}: ${count}`,
    ...shown.map(({ tuple: { user, relation, object } }) => oneLine(`  ${user} ${relation} ${object}`)),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}
