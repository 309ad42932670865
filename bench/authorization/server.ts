/** One of the servers that are compared. */
export interface Server {
  readonly name: "gatehouse" | "openfga" | "openfgaCached"
  readonly url: string
  readonly credential: string
  readonly pid: number
}
