import manifest from "../package.json" with { type: "json" }

/** The release of the command line, and of the server that it starts. */
export const version: string = manifest.version
