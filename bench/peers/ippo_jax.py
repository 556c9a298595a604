"""IPPO on simple_spread in JAX, on one core, for bench/deep.ts: the settings of JaxMARL's `ippo_ff_mpe` on JaxMARL's own environment.

    python3 ippo_jax.py [updates]        (pip install jaxmarl)

The wheel of JaxMARL has the environments but not its training scripts, so this training is written here: everything, games
included, in one compiled loop, as theirs is; no logging, no metrics but two means. Actor and critic 18-64-64 tanh, weights
shared by the agents; 16 games x 128 steps, 4 epochs of 4 minibatches over 6144 rows; advantages normalised per minibatch,
values clipped, one Adam (rate 2.5e-4 falling to 0, eps 1e-5) behind a global norm of 0.5. As theirs, an episode's time limit
counts as its end.

One thread: the process is kept to one core and XLA to one worker. The last line printed is JSON (JaxMARL greets before it); seconds of wall-clock time and of the
processor, all threads together.
"""
import json
import os
import sys
import time

began = time.perf_counter()
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

try:
    import jax
    import jax.numpy as jnp
    import jaxmarl

    env = jaxmarl.make("MPE_simple_spread_v3")
except ImportError as error:
    sys.exit(f"{error}; pip install jaxmarl")

imported = time.perf_counter()

GAMES, STEPS, EPOCHS, MINIBATCHES = 16, 128, 4, 4
GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, NORM, RATE = 0.99, 0.95, 0.2, 0.01, 0.5, 0.5, 2.5e-4
UPDATES = int(sys.argv[1]) if len(sys.argv) > 1 else 78
AGENTS = env.agents
WIDTH = env.observation_space(AGENTS[0]).shape[0]
ACTIONS = env.action_space(AGENTS[0]).n
ROWS = GAMES * STEPS * len(AGENTS)
tree = jax.tree_util.tree_map


# ---------------------------------------------------------------------------------------------- networks


def fresh_network(key, out, gain):
    """Three layers of (weights, bias); orthogonal, hidden ones with gain sqrt 2."""
    sizes = [(WIDTH, 64), (64, 64), (64, out)]
    make = jax.nn.initializers.orthogonal
    gains = [2**0.5, 2**0.5, gain]
    return [(make(g)(k, size), jnp.zeros(size[1])) for k, size, g in zip(jax.random.split(key, 3), sizes, gains)]


def network(layers, x):
    for w, b in layers[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = layers[-1]
    return x @ w + b


def log_policy(weights, seen):
    return jax.nn.log_softmax(network(weights["actor"], seen))


def value(weights, seen):
    return network(weights["critic"], seen)[..., 0]


def chosen(table, actions):
    return jnp.take_along_axis(table, actions[..., None], axis=-1)[..., 0]


# ---------------------------------------------------------------------------------------------- games


def stacked(by_agent):
    """{agent: [games, ...]} as [agents, games, ...]."""
    return jnp.stack([by_agent[a] for a in AGENTS])


def play(weights, carry, key):
    """One step of all games by the current policy."""
    state, seen = carry
    act, move = jax.random.split(key)
    logs = log_policy(weights, seen)
    actions = jax.random.categorical(act, logs)
    after, state, rewards, ends, _ = jax.vmap(env.step)(
        jax.random.split(move, GAMES), state, {a: actions[k] for k, a in enumerate(AGENTS)}
    )
    step = {
        "seen": seen,
        "action": actions,
        "log": chosen(logs, actions),
        "value": value(weights, seen),
        "reward": stacked(rewards),
        "end": stacked({a: ends[a] for a in AGENTS}),
    }
    return (state, stacked(after)), step


def advantages(steps, last):
    """Generalised advantage estimation, backwards over the rollout."""

    def back(carry, step):
        later, following = carry
        on = GAMMA * (1.0 - step["end"])
        later = step["reward"] + on * following - step["value"] + on * LAMBDA * later
        return (later, step["value"]), later

    return jax.lax.scan(back, (jnp.zeros_like(last), last), steps, reverse=True)[1]


# ---------------------------------------------------------------------------------------------- learning


def loss(weights, rows):
    logs = log_policy(weights, rows["seen"])
    ratio = jnp.exp(chosen(logs, rows["action"]) - rows["log"])
    advantage = (rows["advantage"] - rows["advantage"].mean()) / (rows["advantage"].std() + 1e-8)
    policy = -jnp.minimum(ratio * advantage, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage).mean()
    entropy = -(jnp.exp(logs) * logs).sum(-1).mean()
    v = value(weights, rows["seen"])
    near = rows["value"] + jnp.clip(v - rows["value"], -CLIP, CLIP)
    critic = 0.5 * jnp.maximum((v - rows["return"]) ** 2, (near - rows["return"]) ** 2).mean()
    return policy + VALUE * critic - ENTROPY * entropy, critic


def adam(weights, moments, gradient, rate):
    """One step of Adam behind a clipped global norm."""
    first, second, count = moments
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree_util.tree_leaves(gradient)))
    gradient = tree(lambda g: g * jnp.minimum(1.0, NORM / norm), gradient)
    count = count + 1
    first = tree(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = tree(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    a, b = 1 - 0.9**count, 1 - 0.999**count
    weights = tree(lambda w, m, v: w - rate * (m / a) / (jnp.sqrt(v / b) + 1e-5), weights, first, second)
    return weights, (first, second, count)


def minibatch(rate):
    def step(carry, rows):
        weights, moments = carry
        (_, critic), gradient = jax.value_and_grad(loss, has_aux=True)(weights, rows)
        return adam(weights, moments, gradient, rate), critic

    return step


def update(carry, k):
    """A rollout and everything learned from it."""
    weights, moments, game, key = carry
    key, playing, mixing = jax.random.split(key, 3)
    game, steps = jax.lax.scan(lambda c, x: play(weights, c, x), game, jax.random.split(playing, STEPS))
    steps["advantage"] = advantages(steps, value(weights, game[1]))
    steps["return"] = steps["advantage"] + steps["value"]
    rows = tree(lambda x: x.reshape((ROWS,) + x.shape[3:]), steps)
    rate = RATE * (1 - k / UPDATES)

    def epoch(carry, key):
        order = jax.random.permutation(key, ROWS)
        parts = tree(lambda x: x[order].reshape((MINIBATCHES, -1) + x.shape[1:]), rows)
        return jax.lax.scan(minibatch(rate), carry, parts)

    (weights, moments), critics = jax.lax.scan(epoch, (weights, moments), jax.random.split(mixing, EPOCHS))
    return (weights, moments, game, key), (steps["reward"].mean(), critics.mean())


def train(key):
    key, a, c, games = jax.random.split(key, 4)
    weights = {"actor": fresh_network(a, ACTIONS, 0.01), "critic": fresh_network(c, 1, 1.0)}
    zeros = tree(jnp.zeros_like, weights)
    seen, state = jax.vmap(env.reset)(jax.random.split(games, GAMES))
    start = (weights, (zeros, zeros, jnp.array(0)), (state, stacked(seen)), key)
    (weights, *_), told = jax.lax.scan(update, start, jnp.arange(UPDATES))
    return weights, told


def main():
    before, processor = time.perf_counter(), time.process_time()
    program = jax.jit(train).lower(jax.random.PRNGKey(1)).compile()
    compiled, compiling = time.perf_counter() - before, time.process_time() - processor
    before, processor = time.perf_counter(), time.process_time()
    weights, (reward, critic) = jax.block_until_ready(program(jax.random.PRNGKey(1)))
    wall, cpu = time.perf_counter() - before, time.process_time() - processor
    tenth = max(1, UPDATES // 10)
    print(
        json.dumps(
            {
                "steps": UPDATES * GAMES * STEPS,
                "updates": UPDATES * EPOCHS * MINIBATCHES,
                "weights": sum(x.size for x in jax.tree_util.tree_leaves(weights)),
                "wall": wall,
                "cpu": cpu,
                "import": imported - began,
                "compile": {"wall": compiled, "cpu": compiling},
                # Each agent's reward in an episode of 25 steps, and the critic's loss, at both ends.
                "reward": [25 * float(reward[:tenth].mean()), 25 * float(reward[-tenth:].mean())],
                "loss": [float(critic[:tenth].mean()), float(critic[-tenth:].mean())],
            }
        )
    )


main()
