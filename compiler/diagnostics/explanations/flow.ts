/** M09: information flow: who may read what. */

export const flow = {} as const;
