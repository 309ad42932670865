import type { View } from "./view.ts"

/** Nodes to look at: an object and the view that asks about it. `unsure` where a condition on the way could not be evaluated. */
export class Frontier {
  size = 0
  /** The depth that nodes pushed now get: tuples followed so far. */
  depth = 0
  readonly objects: number[] = []
  readonly views: View[] = []
  readonly unsure: boolean[] = []
  readonly depths: number[] = []

  push(object: number, view: View, unsure: boolean): void {
    this.objects[this.size] = object
    this.views[this.size] = view
    this.unsure[this.size] = unsure
    this.depths[this.size] = this.depth
    this.size++
  }
}
