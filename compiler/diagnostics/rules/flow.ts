/** M09: information flow: who may read what. */

export const flowRules = {} as const;
