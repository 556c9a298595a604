/** Games as emitted text (the body of a function), for what needs text: worker threads, run folders, emitted programs. */

/** The 2x2 game of the text; a constant so that the learners have something to coordinate on. */
export const coordinationText = `
const spec = {
  name: 'Coordination', agents: ['Row', 'Column'], classOf: [0, 1], classNames: ['Row', 'Column'],
  observationLength: [0, 0], actionCount: [2, 2], actionNames: [['A', 'B'], ['A', 'B']],
  realActionLength: [0, 0], realActionLow: [[], []], realActionHigh: [[], []],
  horizon: undefined, discount: 1, oneShot: true,
};
const payoff = [4, 0, 1, 3];
const sign = SIGN;
function create(envs, seed, firstGame, buffers) {
  const { actions, rewards, ended, masks } = buffers;
  return {
    envs, buffers, state: {},
    reset() { masks.fill(1); },
    step() {
      for (let e = 0; e < envs; e++) {
        const r = payoff[actions[2 * e] * 2 + actions[2 * e + 1]];
        rewards[2 * e] = r;
        rewards[2 * e + 1] = sign * r;
        ended[e] = 1;
      }
    },
  };
}
return { spec, create };
`;

/**
 * Two agents on a line of five cells meet for a reward of 1; each step costs 0.05; stepping off is illegal. Start cells differ
 * by game and episode; truncated after eight steps. With SIGN -1 the second agent flees.
 */
export const meetingText = `
const spec = {
  name: 'Meeting', agents: ['Left', 'Right'], classOf: [0, 1], classNames: ['Left', 'Right'],
  observationLength: [2, 2], actionCount: [3, 3], actionNames: [['Back', 'Stay', 'On'], ['Back', 'Stay', 'On']],
  realActionLength: [0, 0], realActionLow: [[], []], realActionHigh: [[], []],
  horizon: 8, discount: 0.9, oneShot: false,
};
const sign = SIGN;
function create(envs, seed, firstGame, buffers) {
  const { observations, masks, actions, rewards, ended, finalObservations } = buffers;
  const at = new Int32Array(2 * envs);
  const time = new Int32Array(envs);
  const episode = new Int32Array(envs);
  function start(e) {
    const k = seed * 7 + (firstGame + e) * 13 + episode[e] * 29;
    at[2 * e] = k % 5;
    at[2 * e + 1] = (k % 5 + 1 + k % 4) % 5;
    time[e] = 0;
  }
  function show(e, into) {
    for (let i = 0; i < 2; i++) {
      into[4 * e + 2 * i] = at[2 * e + i];
      into[4 * e + 2 * i + 1] = at[2 * e + 1 - i];
    }
  }
  function allow(e) {
    for (let i = 0; i < 2; i++) {
      masks[6 * e + 3 * i] = at[2 * e + i] > 0 ? 1 : 0;
      masks[6 * e + 3 * i + 1] = 1;
      masks[6 * e + 3 * i + 2] = at[2 * e + i] < 4 ? 1 : 0;
    }
  }
  return {
    envs, buffers, state: { at, $time: time, $episode: episode },
    reset() {
      for (let e = 0; e < envs; e++) {
        episode[e] = 0;
        start(e);
        show(e, observations);
        allow(e);
      }
    },
    step() {
      for (let e = 0; e < envs; e++) {
        for (let i = 0; i < 2; i++) {
          if (masks[6 * e + 3 * i + actions[2 * e + i]] === 0) throw new Error('illegal action');
        }
        at[2 * e] += actions[2 * e] - 1;
        at[2 * e + 1] += actions[2 * e + 1] - 1;
        time[e]++;
        const met = at[2 * e] === at[2 * e + 1];
        rewards[2 * e] = met ? 1 : -0.05;
        rewards[2 * e + 1] = sign * rewards[2 * e];
        ended[e] = met ? 1 : time[e] === 8 ? 2 : 0;
        if (ended[e] !== 0) {
          show(e, finalObservations);
          episode[e]++;
          start(e);
        }
        show(e, observations);
        allow(e);
      }
    },
  };
}
return { spec, create };
`;

/** The text with a common reward, or with the second agent's reward the negative. */
export function textOf(text: string, zeroSum = false): string {
  return text.replace('SIGN', zeroSum ? '-1' : '1');
}
