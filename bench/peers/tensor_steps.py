"""Microseconds per training step of bench/tensor.ts's workloads in PyTorch (eager, one thread) and JAX (inside lax.scan, one thread).

    python3 tensor_steps.py [rounds [cpu]]

Prints {workload: {peer: microseconds}} as JSON; medians of rounds, of wall-clock time or with `cpu` of processor
time. What is not installed is left out; with neither it fails and says so.
"""
import json
import os
import statistics
import sys
import time

# Before JAX loads: one thread, as the engines it is compared with.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
except ImportError:
    jax = None

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
clock = time.process_time if sys.argv[2:] == ["cpu"] else time.perf_counter
BATCHES = [32, 256, 512, 2048, 4096]


def measured(run, per_call=1, seconds=0.04):
    """Median over rounds of the microseconds of one step; `run` makes `per_call` steps."""
    for _ in range(3):
        run()
    start = clock()
    run()
    count = max(1, round(seconds / (clock() - start)))
    times = []
    for _ in range(ROUNDS):
        start = clock()
        for _ in range(count):
            run()
        times.append((clock() - start) / count / per_call * 1e6)
    return statistics.median(times)


def torch_workloads():
    torch.set_num_threads(1)
    nn = torch.nn

    def fill(*shape):
        return torch.sin(1.7 * torch.arange(1, 1 + torch.Size(shape).numel()).float()).reshape(shape)

    def trainer(parameters, optimiser, forward, target, clip=None):
        parameters = list(parameters)

        def run():
            optimiser.zero_grad()
            loss = ((forward() - target) ** 2).mean()
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(parameters, clip)
            optimiser.step()

        return run

    for rows in BATCHES:
        net = nn.Sequential(nn.Linear(18, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 5))
        x = fill(rows, 18)
        optimiser = torch.optim.Adam(net.parameters(), 1e-3)
        yield f"mlp 18-64-64-5, batch {rows}", trainer(net.parameters(), optimiser, lambda: net(x), fill(rows, 5))

    steps, rows = 50, 32
    into, cell, out = nn.Linear(18, 64), nn.GRU(64, 64), nn.Linear(64, 5)
    x = fill(steps, rows, 18)
    parameters = [p for part in (into, cell, out) for p in part.parameters()]
    optimiser = torch.optim.RMSprop(parameters, 1e-3, alpha=0.99, eps=1e-5)
    forward = lambda: out(cell(torch.relu(into(x)))[0])  # noqa: E731
    yield f"gru(64), {steps} steps x batch {rows}", trainer(parameters, optimiser, forward, fill(steps, rows, 5), 10)

    agents, width, embed = 5, 48, 32
    for rows in (32, 800):
        w1, b1, w2 = nn.Linear(width, agents * embed), nn.Linear(width, embed), nn.Linear(width, embed)
        v = nn.Sequential(nn.Linear(width, embed), nn.ReLU(), nn.Linear(embed, 1))
        state, q = fill(rows, width), fill(rows, 1, agents)

        def mixed(w1=w1, b1=b1, w2=w2, v=v, state=state, q=q, rows=rows):
            first = w1(state).abs().view(rows, agents, embed)
            hidden = nn.functional.elu(torch.bmm(q, first) + b1(state).view(rows, 1, embed))
            second = w2(state).abs().view(rows, embed, 1)
            return torch.bmm(hidden, second).view(rows, 1) + v(state)

        parameters = [p for part in (w1, b1, w2, v) for p in part.parameters()]
        optimiser = torch.optim.Adam(parameters, 1e-3)
        yield f"QMIX mixing, {agents} agents, batch {rows}", trainer(parameters, optimiser, mixed, fill(rows, 1))


def jax_workloads(inside=100):
    """The mlp with Adam written out, `inside` steps in one compiled loop."""
    np = jax.numpy

    def forward(p, x):
        for w, b in p[:-1]:
            x = np.maximum(x @ w + b, 0)
        w, b = p[-1]
        return x @ w + b

    for rows in BATCHES:
        keys = jax.random.split(jax.random.PRNGKey(0), 3)
        sizes = [(18, 64), (64, 64), (64, 5)]
        p = [(jax.random.normal(k, s) / s[0] ** 0.5, np.zeros(s[1])) for k, s in zip(keys, sizes)]
        zeros = jax.tree_util.tree_map(np.zeros_like, p)
        x = np.sin(1.7 * np.arange(1, rows * 18 + 1)).reshape(rows, 18)
        target = np.sin(1.7 * np.arange(1, rows * 5 + 1)).reshape(rows, 5)

        def step(carry, _, x=x, target=target):
            p, m, v, t = carry
            loss, g = jax.value_and_grad(lambda p: ((forward(p, x) - target) ** 2).mean())(p)
            tree = jax.tree_util.tree_map
            m = tree(lambda m, g: m + 0.1 * (g - m), m, g)
            v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            c1, c2 = 1 - 0.9**t, np.sqrt(1 - 0.999**t)
            p = tree(lambda p, m, v: p - 1e-3 / c1 * m / (np.sqrt(v) / c2 + 1e-8), p, m, v)
            return (p, m, v, t + 1), loss

        loop = jax.jit(lambda carry: jax.lax.scan(step, carry, None, length=inside))
        start = (p, zeros, zeros, np.array(1.0))
        yield f"mlp 18-64-64-5, batch {rows}", lambda loop=loop, start=start: jax.block_until_ready(loop(start)), inside


def main():
    if torch is None and jax is None:
        sys.exit("neither torch nor jax is installed for this Python; pip install torch jax")
    found = {}
    if torch is not None:
        for name, run in torch_workloads():
            found.setdefault(name, {})["PyTorch"] = measured(run)
    if jax is not None:
        for name, run, inside in jax_workloads():
            found.setdefault(name, {})["JAX in a scan"] = measured(run, inside)
    print(json.dumps(found))


main()
