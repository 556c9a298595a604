/**
 * What each concept asks for and what each method computes, as equations in plain text: for people who read a program or ask what a word means.
 *
 * Agents are i, all others -i. A strategy x of an agent mixes its actions a, b (in games of many steps: its policies), c is what all others
 * do, u_i a payoff or return. States are s, rewards r, transitions P, the discount gamma; q ~ f says that q is f divided by its sum.
 */
import type { Concept } from './answer.ts';

export interface Meaning {
  /** What an answer satisfies. */
  readonly condition: string;
  /** How a method comes to one. */
  readonly methods: Readonly<Record<string, string>>;
}

/** One step ahead, as the stage games of Markov games are made. */
const ahead = "gamma sum over s' of P(s' | s, a) V_i(s')";

const stages = (rule: string): { readonly value_iteration: string; readonly backward_induction: string } => ({
  value_iteration: `Q_i(s, a) = r_i(s, a) + ${ahead}
V_i(s)   <- ${rule}
until no V_i(s) moves`,
  backward_induction: `Q_i(s, a) = r_i(s, a) + ${ahead}
V_i(s)    = ${rule}
from the last states, behind which V_i = 0, to the first`,
});

const oneAgent = (reward: string): { readonly value_iteration: string; readonly backward_induction: string } => ({
  value_iteration: `V(s) <- max over joint actions a of ${reward} + gamma sum over s' of P(s' | s, a) V(s')
until no V(s) moves`,
  backward_induction: `V(s) = max over joint actions a of ${reward} + gamma sum over s' of P(s' | s, a) V(s')
from the last states to the first`,
});

const sequences = `maximise q(root) over plans x and values q, where for every information set h of the other and action b there
q(h) <= sum over own sequences s of x(s) u_1(s, hb) + sum over h' right after hb of q(h')
x(none) = 1,   sum over a of x(ka) = x(sequence before k) for every own information set k,   x >= 0`;

/** `v` is weighted with the reach of chance and of the other agent; `reach` is the agent's own. */
const regret = (update: string, match: string, weight: string): string => `${update}
sigma(h, a)   ~ ${match}    uniform where all are 0
average(h, a) ~ sum over t of ${weight}reach_t(h) sigma_t(h, a)
v(h, a): counterfactual value of a at information set h;   v(h) = sum over a of sigma(h, a) v(h, a)`;

const logit = 'x_i(a) = exp(lambda u_i(a, x_-i)) / sum over b of exp(lambda u_i(b, x_-i))';
const branch = `${logit}    for every agent i and action a
followed as a curve of (x, lambda) from lambda = 0, where x is uniform, to large lambda; it may turn back on the way`;

/** By the names of concepts and of their methods, as in `solverTable`. */
export const meanings: Readonly<Record<Concept, Meaning>> = {
  nash: {
    condition: `u_i(x_i, x_-i) >= u_i(y, x_-i)    for every agent i and every strategy y of it
NashConv(x) = sum over i of max_y u_i(y, x_-i) - u_i(x) = 0`,
    methods: {
      minimax: `x_1 in argmax_x min_y u_1(x, y),   x_2 in argmin_y max_x u_1(x, y)    where u_1 + u_2 is constant`,
      vertex_enumeration: `P = { x >= 0 : B^T x <= 1 },   Q = { y >= 0 : A y <= 1 }    A, B: payoffs, moved up to be positive
all pairs of vertices x /= 0, y /= 0 with   x_k = 0 or (A y)_k = 1,   y_k = 0 or (B^T x)_k = 1
each scaled to sum to 1`,
      pure: 'u_i(a_i, a_-i) >= u_i(b, a_-i)    for every agent i and action b; a: one action for each agent',
      ...stages('payoff of i in an equilibrium of the game Q(s, .)'),
      sequence_form: sequences,
      sequence_form_lemke: `w = q + M z + d z_0,   w, z, z_0 >= 0,   w_k z_k = 0 for every k
pivots lead from best replies to the start (z_0 = 1) to z_0 = 0
where z and w hold an equilibrium in plans over sequences`,
      cfr: regret('R(h, a)      += v(h, a) - v(h)', 'max(0, R(h, a))', ''),
      simultaneous_cfr: regret(
        'R(h, a)      += v(h, a) - v(h)    both agents against the strategies before',
        'max(0, R(h, a))',
        '',
      ),
      cfr_plus: regret('R(h, a)      <- max(0, R(h, a) + v(h, a) - v(h))', 'R(h, a)', 't '),
      linear_cfr: regret('R(h, a)      <- t / (t + 1) (R(h, a) + v(h, a) - v(h))', 'max(0, R(h, a))', 't '),
      discounted_cfr: regret(
        `R(h, a)      <- d_t (R(h, a) + v(h, a) - v(h))
d_t           = t^1.5 / (t^1.5 + 1) where that sum is positive, else 1/2`,
        'max(0, R(h, a))',
        't^2 ',
      ),
      predictive_cfr_plus: regret(
        'R(h, a)      <- max(0, R(h, a) + m(h, a)),   m(h, a) = v(h, a) - v(h)',
        'max(0, R(h, a) + m(h, a))',
        't^2 ',
      ),
      external_sampling_cfr: `R(h, a)      += v~(h, a) - sum over b of sigma(h, b) v~(h, b)
v~: payoff of a play in which the others and chance are sampled
sigma(h, a)   ~ max(0, R(h, a)),   average(h, a) ~ sum over sampled visits of sigma_t(h, a)`,
      outcome_sampling_cfr: `R(h, a)      += v~(h, a) - sum over b of sigma(h, b) v~(h, b)
v~(h, a)      = u_i(z) reach_-i(z) reach_i(ha to z) / q(z) for the one sampled play z through ha, else 0
sigma(h, a)   ~ max(0, R(h, a))    q(z): probability of sampling z, own actions 0.6 uniform`,
      lemke_howson: `x_k = 0 or (A y)_k = 1,   y_k = 0 or (B^T x)_k = 1    for every label k but the dropped one
on the edges of P = { x >= 0 : B^T x <= 1 } and Q = { y >= 0 : A y <= 1 }, from (0, 0) until it holds for all`,
      homotopy: branch,
      support_enumeration: `u_i(a, x_-i) = v_i for a in S_i,   u_i(a, x_-i) <= v_i for the others,   sum over a in S_i of x_i(a) = 1
for every agent i, for all supports (S_1, ..., S_n) in turn`,
    },
  },
  pure: {
    condition: 'u_i(a_i, a_-i) >= u_i(b, a_-i)    for every agent i and action b; a: one action for each agent',
    methods: {
      enumeration: 'max over i and b of u_i(b, a_-i) - u_i(a) <= 0    tested for every joint action a',
    },
  },
  epsilon_nash: {
    condition: 'u_i(a_i, a_-i) >= u_i(b, a_-i) - epsilon    for every agent i and action b',
    methods: {
      enumeration:
        'epsilon(a) = max over i and b of u_i(b, a_-i) - u_i(a)    for every joint action a\nthose within the bound, or the least',
    },
  },
  payoff_dominant: {
    condition: 'a is a pure equilibrium, and u_i(a) >= u_i(b) for every agent i and every pure equilibrium b',
    methods: {
      enumeration:
        'E = { a : u_i(a) >= u_i(b, a_-i) for all i, b },   those a in E with u_i(a) = max over E of u_i, for all i',
    },
  },
  risk_dominant: {
    condition: `u_i(a_i, y) > u_i(b, y)    for both agents i, all b /= a_i and all beliefs y with y(a_-i) >= 1/2`,
    methods: {
      half_dominance:
        'u_i(a_i, a_-i) + u_i(a_i, c) > u_i(b, a_-i) + u_i(b, c)    for both agents i, all b /= a_i and all c',
    },
  },
  dominance: {
    condition: `a of agent i is dominated if some mixture y has u_i(y, c) > u_i(a, c) for all c that the others have left
A_i^(k+1) = { a in A_i^k : not dominated given A_-i^k }    until nothing changes`,
    methods: {
      strict:
        'remove a if max over mixtures y of min over c of u_i(y, c) - u_i(a, c) > 0\nall that are, agent by agent, until none is',
      weak: 'remove a if some mixture y has u_i(y, c) >= u_i(a, c) for all c, and > for some    one at a time, until none is',
    },
  },
  minimax: {
    condition: 'v = max_x min_y u_1(x, y) = min_y max_x u_1(x, y)    where u_1 + u_2 is constant',
    methods: {
      linear_program:
        'maximise v over x, where v <= sum over a of x(a) u_1(a, b) for every action b of the other\nx >= 0,   sum over a of x(a) = 1',
      shapley_iteration: `V(s) <- val [ r_1(s, a, b) + gamma sum over s' of P(s' | s, a, b) V(s') ]_ab    val [.]: max_x min_y of the matrix`,
      backward_induction: `V(s) = val [ r_1(s, a, b) + gamma sum over s' of P(s' | s, a, b) V(s') ]_ab    from the last states to the first`,
      hoffman_karp: `x_s in argmax_x min_y of the matrix [ r_1(s, a, b) + gamma sum over s' of P(s' | s, a, b) V(s') ]_ab
V  <- return of x against a best answer:
V(s) = min_b sum over a of x_s(a) (r_1(s, a, b) + gamma sum over s' of P(s' | s, a, b) V(s'))`,
      sequence_form: sequences,
    },
  },
  correlated: {
    condition: `sum over c of p(a, c) (u_i(a, c) - u_i(b, c)) >= 0    for every agent i and all its actions a, b
p: distribution of the recommended joint action; each agent is told its own part`,
    methods: {
      linear_program:
        'maximise sum over joint actions a of p(a) objective(a), where p is a correlated equilibrium\np >= 0,   sum over a of p(a) = 1',
      dual_newton: `p(a)       ~ exp(-sum over k of y_k gain_k(a))
y          = argmin over y >= 0 of log sum over a of exp(-sum over k of y_k gain_k(a))
gain_k(a)  = u_i(d, a_-i) - u_i(a) where a_i is what i is told, else 0
k: an agent i, an action that it is told, and what it would do instead, d`,
      ...stages('sum over a of p_s(a) Q_i(s, a),   p_s: the best correlated equilibrium of Q(s, .)'),
    },
  },
  coarse_correlated: {
    condition:
      'sum over joint actions a of p(a) (u_i(a) - u_i(b, a_-i)) >= 0    for every agent i and each of its actions b',
    methods: {
      linear_program:
        'maximise sum over joint actions a of p(a) objective(a), where p is a coarse correlated equilibrium\np >= 0,   sum over a of p(a) = 1',
      dual_newton: `p(a)       ~ exp(-sum over k of y_k gain_k(a))
y          = argmin over y >= 0 of log sum over a of exp(-sum over k of y_k gain_k(a))
gain_k(a)  = u_i(d, a_-i) - u_i(a)    k: an agent i and what it would do instead, d`,
    },
  },
  extensive_correlated: {
    condition: `sum over m that tell i a at I of p(m) (u_i(m) - u_i(y from I on, m elsewhere)) >= 0
for every agent i, information set I, action a there and strategy y from I on
m: a pure strategy for each agent, p: its probability`,
    methods: {
      linear_program: `maximise the objective over p, where for every trigger (I, a) and information set J from I on
v_J >= sum of payoffs at ends right after J b + sum over J' right after J b of v_J'    for every action b at J
v_I <= what following earns`,
    },
  },
  extensive_coarse_correlated: {
    condition: `sum over m whose own part leads to I of p(m) (u_i(m) - u_i(y from I on, m elsewhere)) >= 0
for every agent i, information set I and strategy y from I on
m: a pure strategy for each agent, p: its probability`,
    methods: {
      linear_program: `maximise the objective over p, where for every information set I at which i may stop listening, and J from I on
v_J >= sum of payoffs at ends right after J b + sum over J' right after J b of v_J'    for every action b at J
v_I <= what following earns`,
    },
  },
  foe: {
    condition: 'v_i = max_x min over c of u_i(x, c)    for every agent i; c: what all others do together',
    methods: stages('max_x min over c of sum over a of x(a) Q_i(s, a, c)'),
  },
  friend: {
    condition: 'v_i = max over joint actions a of u_i(a)    for every agent i',
    methods: stages('max over joint actions a of Q_i(s, a)'),
  },
  welfare: {
    condition: 'a in argmax over joint actions of sum over i of u_i(a)',
    methods: {
      enumeration: 'W = max over joint actions a of sum over i of u_i(a),   all a with sum over i of u_i(a) = W',
      ...oneAgent('sum over i of r_i(s, a)'),
    },
  },
  pareto: {
    condition: 'there is no joint action b with u_i(b) >= u_i(a) for every agent i and u_j(b) > u_j(a) for some j',
    methods: {
      enumeration:
        'a is left out if u_i(b) >= u_i(a) for all i and sum over i of u_i(b) > sum over i of u_i(a), for some b',
    },
  },
  fairness: {
    condition: `leximin:      a has the lexicographically greatest list of payoffs, sorted from the least
nash_product: a in argmax of the product over i of (u_i(a) - d_i), where u_i(a) >= d_i
              d_i = max over a_i of min over c of u_i(a_i, c)`,
    methods: {
      leximin:
        'sort(u(a)) >= sort(u(b)) in lexicographic order, for every joint action b\nsort: payoffs of all agents, the least first',
      nash_product:
        'a   in argmax of the product over i of (u_i(a) - d_i), where u_i(a) >= d_i\nd_i = max over a_i of min over c of u_i(a_i, c)',
    },
  },
  optimal: {
    condition: `V(s) = max over joint actions a of r(s, a) + gamma sum over s' of P(s' | s, a) V(s')    r: the reward that all get`,
    methods: oneAgent('r(s, a)'),
  },
  evolutionarily_stable: {
    condition: `u(p, p) >= u(q, p) for every strategy q, and u(p, q) > u(q, q) where u(p, p) = u(q, p), q /= p`,
    methods: {
      support_enumeration: `(A p)_a = v for a in S,   (A p)_a <= v for all a,   R = { a : (A p)_a = v }
z^T A z < 0 for every z /= 0 with sum of z = 0, z_a >= 0 off S and z_a = 0 off R    for all supports S in turn`,
    },
  },
  stackelberg: {
    condition:
      'maximise u_L(x, b) over x and b in argmax over c of u_F(x, c)    L leads with the mixture x, F has seen it',
    methods: {
      linear_programs: `for every action b of F: maximise sum over a of x(a) u_L(a, b)
where sum over a of x(a) (u_F(a, b) - u_F(a, c)) >= 0 for all c
x >= 0,   sum over a of x(a) = 1    the best of them`,
    },
  },
  quantal_response: {
    condition: `${logit}    for every agent i and action a
lambda: precision`,
    methods: { homotopy: branch },
  },
  alpha_rank: {
    condition: `p = p C,   C(a, (b, a_-i)) = eta if u_i(b, a_-i) > u_i(a), eta / m if equal, in the limit 0 if less
eta = 1 / sum over i of (|A_i| - 1),   m = 50: size of a population
a: a joint action, b: another action of one agent i,   with the rest C stays at a`,
    methods: {
      markov_chain:
        'p = p C,   sum over joint actions a of p(a) = 1\nby elimination of one state after the other, with 1e-12 eta for the limit',
    },
  },
  dynamics: {
    condition: `p_t(a) = (number of rounds up to t in which a was played) / t    a: a joint action
max over b of sum over a of p_t(a) (u_i(b, a_-i) - u_i(a)): what agent i could have gained`,
    methods: {
      fictitious_play: 'a_i(t + 1) in argmax over b of sum over k <= t of u_i(b, a_-i(k))',
      smooth_fictitious_play:
        'x_i(a) ~ exp(lambda / t sum over k <= t of u_i(a, a_-i(k)))    lambda = 10 / range of the payoffs',
      regret_matching: 'R_i(b) += u_i(b, a_-i(t)) - u_i(a(t)),   x_i(b) ~ max(0, R_i(b))    uniform where all are 0',
      regret_matching_plus:
        'R_i(b) <- max(0, R_i(b) + u_i(b, a_-i(t)) - u_i(a(t))),   x_i(b) ~ R_i(b)    uniform where all are 0',
      conditional_regret_matching: `R_i(a, b) += u_i(b, a_-i(t)) - u_i(a(t))    where a = a_i(t) was played
x_i(b)     = max(0, R_i(a, b)) / (mu t) for b /= a,   the rest stays on a    mu = 2 (|A_i| - 1) range of the payoffs`,
      multiplicative_weights: `x_i(a) ~ exp(eta_t sum over k < t of u_i(a, a_-i(k))),   eta_t = sqrt(8 ln |A_i| / t) / range of the payoffs`,
      optimistic_multiplicative_weights: `x_i(a) ~ exp(eta_t (sum over k < t of u_i(a, a_-i(k)) + u_i(a, a_-i(t - 1))))
eta_t = sqrt(8 ln |A_i| / t) / range of the payoffs`,
      replicator: 'd x_i(a) / dt = x_i(a) (u_i(a, x_-i) - u_i(x))',
    },
  },
  decentralised: {
    condition: `maximise E [ sum over t of gamma^t r(s_t, a_t) ] over pi_1, ..., pi_n
a_i,t = pi_i(what agent i itself has seen and done up to t)`,
    methods: {
      maa_star: `F(phi) = E [ rewards before t | phi ] + H_t(phi)    phi: a joint policy for the steps before t
the phi of greatest F goes on first, so that a whole policy in front is best
H_t: at least what can follow, as if all saw what any sees, or even the state`,
      jesp: 'pi_i <- argmax over pi of V(pi, pi_-i)\nfor one agent after the other, until none of them gains; from several starts',
      exhaustive:
        'V* = max over pi_2, ..., pi_n of max over pi_1 of V(pi_1, ..., pi_n)\nthe outer one by trying all, the inner one as a decision process',
      cross_entropy:
        'f_i(a | h) <- 0.8 f_i(a | h) + 0.2 (share of a after h in the 5 best of 100 joint policies drawn from f)',
    },
  },
  mean_field: {
    condition: `J(pi, mu) >= J(pi', mu) for every policy pi',   mu = mu^pi
J: return of one member while the crowd moves as mu
mu_(t+1)(s') = sum over s, a of mu_t(s) pi_t(a | s) P(s' | s, a, mu_t)`,
    methods: {
      fictitious_play: `rho    <- (1 - 1 / (k + 1)) rho + 1 / (k + 1) rho[best response to mu^pi]
rho_t(s, a): how often s and a are met
pi_t(a | s) ~ rho_t(s, a)`,
      mirror_descent: `y_t(s, a)  += eta Q_t(s, a)
Q: action values of pi while the crowd moves as mu^pi,   eta = 1 / spread of the first Q
pi_t(a | s)  ~ exp(y_t(s, a))`,
    },
  },
};

/** What an answer of a concept satisfies, in lines of plain text; undefined for what is no concept. */
export function conditionOf(concept: string): string | undefined {
  return meaningOf(concept)?.condition;
}

/** What a method of a concept computes, in lines of plain text; undefined where the concept has no such method. */
export function rulesOf(concept: string, method: string): string | undefined {
  return new Map(Object.entries(meaningOf(concept)?.methods ?? {})).get(method);
}

function meaningOf(concept: string): Meaning | undefined {
  return new Map<string, Meaning>(Object.entries(meanings)).get(concept);
}
