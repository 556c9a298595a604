/** What all learners are made of; emitted programs import it. */
export * from './draws.ts';
export * from './explore.ts';
export * from './joint.ts';
export * from './learner.ts';
export * from './matrix-game.ts';
export * from './one-shot.ts';
export * from './own-table.ts';
export * from './rows.ts';
export * from './schedule.ts';
export * from './shape.ts';
