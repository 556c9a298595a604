/** M10: what is legal but seldom meant; reported by `marl check --strict`. */

export const strictRules = {} as const;
