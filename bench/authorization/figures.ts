import type { Population } from "./population.ts"
import type { WrkLoad, WrkResult } from "./run-wrk.ts"
import { type BenchStore, checkBody, listBody } from "./wire.ts"

/** A load, and the figures that are read off it. */
export interface Load {
  readonly name: string
  readonly connections: number
  readonly kind: "checks" | "lists" | "writes"
  readonly figures: readonly Figure[]
}

/** One line of the table. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly better: "more" | "less"
  /** How many times better than OpenFGA in its default configuration the issue demands, and what it aims at. */
  readonly bound?: number
  readonly aim?: number
  readonly read: (result: WrkResult) => number
}

const TUPLES_PER_WRITE = 100
const perSecond = ({ requests, microseconds }: WrkResult): number => requests / (microseconds / 1e6)

function writes(connections: number): Load {
  const name = `write, 100 tuples a request, durable, ${connections === 1 ? "one connection" : `${connections} connections`}`
  const read = (result: WrkResult) => perSecond(result) * TUPLES_PER_WRITE
  const figures = [{ name, unit: "tuples/s", better: "more" as const, bound: 5, read }]
  return { name, connections, kind: "writes", figures }
}

/** What is measured, in this order, once in each round. */
export const loads: readonly Load[] = [
  {
    name: "check, 16 connections",
    connections: 16,
    kind: "checks",
    figures: [
      {
        name: "check, 16 connections",
        unit: "checks/s",
        better: "more",
        bound: 20,
        aim: 30,
        read: perSecond,
      },
    ],
  },
  {
    name: "check, one connection",
    connections: 1,
    kind: "checks",
    figures: [
      {
        name: "check, one connection, p50",
        unit: "µs",
        better: "less",
        bound: 10,
        aim: 30,
        read: ({ p50 }) => p50,
      },
      { name: "check, one connection, p99", unit: "µs", better: "less", read: ({ p99 }) => p99 },
    ],
  },
  {
    name: "list-objects, about 200 results, 4 connections",
    connections: 4,
    kind: "lists",
    figures: [
      {
        name: "list-objects, about 200 results, 4 connections",
        unit: "lists/s",
        better: "more",
        bound: 10,
        aim: 30,
        read: perSecond,
      },
    ],
  },
  writes(1),
  writes(4),
]

/** The lines that a load of questions sends to a store. Empty for writes, which are made while they are sent. */
export function bodiesOf(kind: Load["kind"], { checks, lists }: Population, store: BenchStore): string {
  const bodies =
    kind === "checks"
      ? checks.map((query) => checkBody(query, store))
      : kind === "lists"
        ? lists.map((query) => listBody(query, store))
        : []
  return bodies.map((body) => JSON.stringify(body)).join("\n")
}

/** Where a load goes. */
export interface LoadTarget {
  readonly credential: string
  readonly store: BenchStore
  /** A store of its own for writes, so that no figure of a question depends on how much was written before. */
  readonly writesStore: BenchStore
  readonly files: Readonly<Record<"checks" | "lists", string>>
  /** Eight hexadecimal digits that no other run of the load has. */
  readonly run: string
}

/** The load as wrk runs it. */
export function wrkLoad({ kind, connections }: Load, target: LoadTarget, seconds: number): WrkLoad {
  const { credential, store, writesStore, files, run } = target
  if (kind === "writes")
    return {
      script: "write-tuples.lua",
      args: [`/stores/${writesStore.storeId}/write`, writesStore.modelId, credential, run],
      connections,
      seconds,
    }
  const path = `/stores/${store.storeId}/${kind === "checks" ? "check" : "list-objects"}`
  return { script: "send-bodies.lua", args: [path, files[kind], credential], connections, seconds }
}
