/** M10: what is legal but seldom meant; reported by `marl check --strict`. */

export const strict = {} as const;
