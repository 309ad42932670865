import { type CelFunc, CelScalar, type CelType, celEnv, celFunc, celMethod, parse, plan } from "@bufbuild/cel"
import { ConditionProblem } from "./condition-problem.ts"

/**
 * The parts of a timestamp in a time zone. The library's own read them through the machine's zone, so that an hour which daylight
 * saving leaves out on the server is another hour everywhere.
 */

/** A moment as its zone's clock shows it, in the fields of a UTC date. */
type ShownTime = Date

const { INT, STRING } = CelScalar
const timestampType = plan(celEnv(), parse("type(timestamp(0))"))() as CelType

/** CEL's names of the parts. Months, days of the month by that name, of the week and of the year begin at 0, `getDate` at 1. */
const parts: Readonly<Record<string, (shown: ShownTime) => number>> = {
  getFullYear: (shown) => shown.getUTCFullYear(),
  getMonth: (shown) => shown.getUTCMonth(),
  getDate: (shown) => shown.getUTCDate(),
  getDayOfMonth: (shown) => shown.getUTCDate() - 1,
  getDayOfWeek: (shown) => shown.getUTCDay(),
  getDayOfYear: (shown) => {
    const newYear = new Date(shown)
    newYear.setUTCMonth(0, 1)
    return Math.round((shown.getTime() - newYear.getTime()) / 86_400_000)
  },
  getHours: (shown) => shown.getUTCHours(),
  getMinutes: (shown) => shown.getUTCMinutes(),
  getSeconds: (shown) => shown.getUTCSeconds(),
  getMilliseconds: (shown) => shown.getUTCMilliseconds(),
}

/** Zones whose rules are kept ready: more than there are, as to make them ready takes 0.1 ms. Each takes about 50 KB. */
const rememberedZones = 1_000
const zones = new Map<string, Zone>()

interface Zone {
  /** As it is written, or that of which it is another name. */
  readonly name: string
  readonly format: Intl.DateTimeFormat
}

function formatOf(name: string): Intl.DateTimeFormat {
  const lowerCase = name.toLowerCase()
  const zone = zones.get(lowerCase) ?? learnZone(lowerCase)
  // OpenFGA's library knows a zone in its own spelling alone.
  if (zone.name !== name && zone.name.toLowerCase() === lowerCase)
    throw new ConditionProblem("unknown time zone")
  return zone.format
}

function learnZone(lowerCase: string): Zone {
  // Offsets without a colon, of which there are thousands, are no zones of OpenFGA's library.
  if (/^[+-]/.test(lowerCase)) throw new ConditionProblem("unknown time zone")
  const fields = ["year", "month", "day", "hour", "minute", "second"].map((name) => [name, "numeric"])
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat("en-US", {
      ...Object.fromEntries(fields),
      calendar: "iso8601",
      hourCycle: "h23",
      timeZone: lowerCase,
    })
  } catch {
    throw new ConditionProblem("unknown time zone")
  }
  if (zones.size >= rememberedZones) zones.clear()
  const zone = { name: format.resolvedOptions().timeZone, format }
  zones.set(lowerCase, zone)
  return zone
}

/** An offset like `-08:00` or `05:30` in milliseconds; undefined where the zone is a name. */
function offsetOf(zone: string): number | undefined {
  const match = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (match === null) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return (match[1] === "-" ? -minutes : minutes) * 60_000
}

function shownIn(zone: string, milliseconds: number): ShownTime {
  if (zone === "" || zone === "UTC") return new Date(milliseconds)
  const offset = offsetOf(zone)
  if (offset !== undefined) return new Date(milliseconds + offset)
  const shown = new Map(
    formatOf(zone)
      .formatToParts(milliseconds)
      .map(({ type, value }) => [type, value]),
  )
  const field = (name: Intl.DateTimeFormatPartTypes): number => Number(shown.get(name))
  const date = new Date(0)
  date.setUTCFullYear(field("year"), field("month") - 1, field("day"))
  date.setUTCHours(field("hour"), field("minute"), field("second"), ((milliseconds % 1_000) + 1_000) % 1_000)
  return date
}

interface TimestampValue {
  readonly message: { readonly seconds: bigint; readonly nanos: number }
}

function read(value: unknown, zone: string, part: (shown: ShownTime) => number): bigint {
  const { seconds, nanos } = (value as TimestampValue).message
  return BigInt(part(shownIn(zone, Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000))))
}

/** In UTC, with as many digits behind the second as it takes. OpenFGA keeps the zone that a timestamp was written in; here it is not known. */
function textOf(value: unknown): string {
  const { seconds, nanos } = (value as TimestampValue).message
  const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}${fraction}Z`
}

/** CEL's methods for the parts of timestamps: without a zone in UTC, with one by name or offset; and their text. */
export const timestampFunctions: readonly CelFunc[] = Object.entries(parts)
  .flatMap(([name, part]) => [
    celMethod(name, timestampType, [], INT, function () {
      return read(this, "", part)
    }),
    celMethod(name, timestampType, [STRING], INT, function (zone) {
      return read(this, zone, part)
    }),
  ])
  .concat(celFunc("string", [timestampType], STRING, textOf))
