import type { Schedule } from '../../train/spec.ts';

/** The value of a schedule at this point of the training. */
export function valueAt(schedule: Schedule, step: number, episode: number): number {
  return schedule.over === 0
    ? schedule.from
    : linear(schedule.from, schedule.to, schedule.over, schedule.unit === 'steps' ? step : episode);
}

/** From `from` to `to` in a straight line while `now` goes from 0 to `over`, then constant. */
export function linear(from: number, to: number, over: number, now: number): number {
  return now >= over ? to : from + (to - from) * (now / over);
}
