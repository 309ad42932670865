import type { View } from "./view.ts"

/** Nodes to look at: an object and the view that asks about it. */
export class Frontier {
  size = 0
  readonly objects: number[] = []
  readonly views: View[] = []

  push(object: number, view: View): void {
    this.objects[this.size] = object
    this.views[this.size] = view
    this.size++
  }
}
