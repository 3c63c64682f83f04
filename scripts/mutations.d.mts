export interface Mutation {
  readonly rule: string
  readonly seenIn: string
  readonly from: string
  readonly to: string
}

export const MUTATIONS: readonly Mutation[]

export function apply(files: ReadonlyMap<string, string>, mutation: Mutation): { name: string; text: string }
