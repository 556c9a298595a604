/** Stops with a bug of ours: the model breaks its own contract. What a user can cause never ends here. */
export function ice(fact: string): never {
  throw new Error(`internal error while emitting: ${fact}`);
}
