import { findLeftover, type LeftoverServer } from "./leftover.ts"
import { findPlace } from "./place.ts"

/**
 * The database server that an earlier, killed run left behind on this state directory, undefined where there is none. The next
 * start stops it. Changes nothing.
 */
export async function findLeftoverServer(directory: string): Promise<LeftoverServer | undefined> {
  const place = await findPlace(directory)
  return place === undefined ? undefined : findLeftover(place.data)
}
