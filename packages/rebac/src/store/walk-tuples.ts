import type { RelationshipTuple } from "../relationship-tuple.ts"
import type { TupleGraph } from "./tuple-graph.ts"

/**
 * All tuples in parts of about `partSize`. The graph may change between parts: a tuple that is there all the time is in a part,
 * one that comes or goes may be. Rows that are long are walked backwards, since what is removed there makes room for the
 * last entry, which has been walked then.
 */
export function* walkTuples(graph: TupleGraph, partSize: number): Generator<RelationshipTuple[]> {
  let part: RelationshipTuple[] = []
  for (let object = 0; object < graph.entities.capacity; object++) {
    const sets = graph.byObject.setsOf(object)
    if (sets === undefined)
      for (const { classId, neighbour } of graph.byObject.entries(object))
        part.push(graph.tupleOf(object, classId, neighbour))
    else
      for (const [classId, set] of sets) {
        for (let place = set.size - 1; place >= 0; place = Math.min(place, set.size) - 1) {
          const user = set.values[place] ?? 0
          // The row may have been given up for a short one meanwhile; what has gone from it has no name any more.
          if (graph.byObject.has(object, classId, user)) part.push(graph.tupleOf(object, classId, user))
          if (part.length < partSize) continue
          yield part
          part = []
        }
      }
    if (part.length < partSize) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}
