/** M08: mixers: what may stand in one, and what its claims need. */

export const mixerRules = {} as const;
