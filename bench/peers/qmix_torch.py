"""QMIX at PyMARL's cadence in PyTorch, one thread, on lbforaging, for bench/deep.ts.

    python3 qmix_torch.py lean|steps [steps [environment]]        (pip install torch lbforaging)

A stand-in written for this comparison, because neither PyMARL nor EPyMARL is on a registry (epymarl_run.py runs EPyMARL itself where
somebody has it): the same networks, episodes and updates without the framework around them. Both ways leave out what costs EPyMARL time
and teaches nothing: logging, configuration, schemes that say how things are stored, tests on the way, copies of observations. So it is
faster than EPyMARL, and what we are ahead of it is a lower bound of what we are ahead of EPyMARL.

    lean     as fast as PyTorch goes without compiling: episodes in arrays, memory over whole episodes by one call, gradients recorded
             only where they are wanted, the environment without gymnasium's wrappers
    steps    what the published code does in these places: episodes in one tensor per quantity, written at every step; memory unrolled
             step by step with the inputs put together at every step; gradients recorded while acting and for the target network
             too; the environment as gymnasium makes it

Agents: dense 64 relu, GRU 64, one output per action, weights shared; inputs are the observation, the last action and the agent's
number. Mixer: embedding 32, linear hypernetworks of the state (the joined observations, as EPyMARL's). One game; after every episode
one update of 32 episodes from the last 1000, cut to the longest among them; double Q; gradients clipped at 10; RMSProp 5e-4; target
copied every 200 episodes; epsilon 1 to 0.05 over 50,000 steps. Actions are not masked: lbforaging takes them all.

Prints one line of JSON; seconds of the processor, all threads together.
"""
import contextlib
import json
import random
import sys
import time

try:
    import gymnasium
    import lbforaging  # noqa: F401  registers the environments
    import numpy as np
    import torch
except ImportError as error:
    sys.exit(f"{error}; pip install torch lbforaging")

nn, F = torch.nn, torch.nn.functional
torch.set_num_threads(1)
torch.manual_seed(1)
random.seed(1)

STEPWISE = sys.argv[1:2] == ["steps"]
STEPS = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
NAME = sys.argv[3] if len(sys.argv) > 3 else "Foraging-8x8-2p-2f-coop-v3"
BATCH, KEPT, LIMIT, GAMMA, TARGET_EVERY = 32, 1000, 50, 0.99, 200
clock = time.process_time

env = gymnasium.make(NAME)
if not STEPWISE:
    env = env.unwrapped
# Of the rewards, which gymnasium expects to be one number.
gymnasium.logger.min_level = gymnasium.logger.ERROR
unrecorded = contextlib.nullcontext if STEPWISE else torch.no_grad
AGENTS = len(env.action_space)
ACTIONS = int(env.action_space[0].n)
WIDTH = env.observation_space[0].shape[0]
STATE = AGENTS * WIDTH
INPUT = WIDTH + ACTIONS + AGENTS


# ---------------------------------------------------------------------------------------------- networks


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.into = nn.Linear(INPUT, 64)
        self.memory = nn.GRUCell(64, 64) if STEPWISE else nn.GRU(64, 64)
        self.out = nn.Linear(64, ACTIONS)

    def step(self, x, hidden):
        """One decision: [rows, inputs] and the memory before it; values and the memory after."""
        x = torch.relu(self.into(x))
        if STEPWISE:
            hidden = self.memory(x, hidden)
        else:
            hidden = self.memory(x[None], hidden[None])[1][0]
        return self.out(hidden), hidden

    def forward(self, x):
        """Values of whole episodes, [steps, rows, actions]: of a tensor [steps, rows, inputs], or step by step of its parts."""
        if not STEPWISE:
            return self.out(self.memory(torch.relu(self.into(x)))[0])
        hidden, values = torch.zeros(BATCH * AGENTS, 64), []
        for row in x:
            q, hidden = self.step(row, hidden)
            values.append(q)
        return torch.stack(values)


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1, self.b1, self.w2 = nn.Linear(STATE, AGENTS * 32), nn.Linear(STATE, 32), nn.Linear(STATE, 32)
        self.v = nn.Sequential(nn.Linear(STATE, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, q, state):
        """[rows, agents] and [rows, state]: [rows]."""
        # Rows and columns of the field as numbers of about 1, as ours reads them; raw ones make the first values huge.
        state = state / 8
        first = self.w1(state).abs().view(-1, AGENTS, 32)
        hidden = F.elu(torch.bmm(q[:, None], first)[:, 0] + self.b1(state))
        return (hidden * self.w2(state).abs()).sum(1) + self.v(state)[:, 0]


class Learner(nn.Module):
    def __init__(self):
        super().__init__()
        self.agent, self.mixer = Agent(), Mixer()


online, target = Learner(), Learner()
target.load_state_dict(online.state_dict())
weights = list(online.parameters())
optimiser = torch.optim.RMSprop(weights, lr=5e-4, alpha=0.99, eps=1e-5)


# ---------------------------------------------------------------------------------------------- replay


class Arrays:
    """Episodes in arrays, inputs as the network takes them."""

    def __init__(self):
        self.inputs = np.zeros((KEPT, LIMIT + 1, AGENTS, INPUT), np.float32)
        self.actions = np.zeros((KEPT, LIMIT, AGENTS), np.int64)
        self.rewards = np.zeros((KEPT, LIMIT), np.float32)
        self.ends = np.zeros((KEPT, LIMIT), np.float32)

    def begin(self, episode):
        self.episode = episode

    def see(self, t, seen, last):
        """What the agents see; returns the inputs of their decision, [agents, inputs]."""
        row = self.inputs[self.episode, t]
        for a in range(AGENTS):
            row[a, :WIDTH] = seen[a]
            row[a, WIDTH:] = 0
            if last is not None:
                row[a, WIDTH + last[a]] = 1
            row[a, WIDTH + ACTIONS + a] = 1
        return torch.from_numpy(row)

    def did(self, t, actions, reward, ended):
        self.actions[self.episode, t] = actions
        self.rewards[self.episode, t] = reward
        self.ends[self.episode, t] = ended

    def end(self):
        pass

    def batch(self, episodes, longest):
        """Time first: inputs [steps + 1, rows, inputs], states [steps + 1, episodes, state], actions, rewards, ends."""
        x = torch.from_numpy(np.ascontiguousarray(self.inputs[episodes, : longest + 1].swapaxes(0, 1)))
        state = x[..., :WIDTH].reshape(longest + 1, BATCH, STATE)
        rest = [torch.from_numpy(of[episodes, :longest].swapaxes(0, 1).copy()) for of in (self.actions, self.rewards, self.ends)]
        return x.view(longest + 1, BATCH * AGENTS, INPUT), state, *rest


class Tensors:
    """Episodes in a tensor per quantity; the network's inputs are put together where they are used."""

    def __init__(self):
        self.kept = self.fresh(KEPT)

    def fresh(self, episodes):
        of = lambda *shape, dtype=torch.float32: torch.zeros(episodes, LIMIT + 1, *shape, dtype=dtype)  # noqa: E731
        return {
            "state": of(STATE),
            "seen": of(AGENTS, WIDTH),
            "available": of(AGENTS, ACTIONS, dtype=torch.int32),
            "actions": of(AGENTS, dtype=torch.int64),
            "chosen": of(AGENTS, ACTIONS),
            "reward": of(),
            "ended": of(),
            "filled": of(dtype=torch.int64),
        }

    def write(self, t, **quantities):
        for name, value in quantities.items():
            into = self.now[name]
            into[:, t] = torch.as_tensor(np.array(value), dtype=into.dtype).view_as(into[:, t])

    def begin(self, episode):
        self.episode, self.now = episode, self.fresh(1)

    def see(self, t, seen, last):
        self.write(t, state=np.concatenate(seen), seen=seen, available=[[1] * ACTIONS] * AGENTS, filled=1)
        return self.joined(self.now, t)

    def did(self, t, actions, reward, ended):
        self.write(t, actions=actions, reward=reward, ended=ended)
        actions = self.now["actions"][:, t]
        self.now["chosen"][:, t] = torch.zeros(1, AGENTS, ACTIONS).scatter_(2, actions[..., None], 1)

    def end(self):
        for name, value in self.now.items():
            self.kept[name][self.episode] = value[0]

    def joined(self, of, t):
        """[episodes x agents, inputs]"""
        seen = of["seen"][:, t]
        last = torch.zeros_like(of["chosen"][:, 0]) if t == 0 else of["chosen"][:, t - 1]
        ids = torch.eye(AGENTS).expand(len(seen), AGENTS, AGENTS)
        return torch.cat([part.reshape(len(seen) * AGENTS, -1) for part in (seen, last, ids)], 1)

    def batch(self, episodes, longest):
        of = {name: value[episodes, : longest + 1] for name, value in self.kept.items()}
        first = {name: of[name].swapaxes(0, 1) for name in ("state", "actions", "reward", "ended")}
        rest = [first[name][:longest] for name in ("actions", "reward", "ended")]
        return Steps(self, of, longest + 1), first["state"], *rest


class Steps:
    """The inputs of a batch, made anew each time they are gone through."""

    def __init__(self, store, of, count):
        self.store, self.of, self.count = store, of, count

    def __iter__(self):
        return (self.store.joined(self.of, t) for t in range(self.count))


replay = Tensors() if STEPWISE else Arrays()
lengths = np.zeros(KEPT, np.int64)


def play(episode, now):
    """One episode into the replay; returns its length, its return and the seconds inside the environment."""
    start = clock()
    seen, _ = env.reset()
    inside = clock() - start
    hidden, last, total = torch.zeros(AGENTS, 64), None, 0.0
    replay.begin(episode)
    for t in range(LIMIT):
        x = replay.see(t, seen, last)
        with unrecorded():
            q, hidden = online.agent.step(x, hidden)
        greedy = q.argmax(1).tolist()
        epsilon = max(0.05, 1 - 0.95 * (now + t) / 50_000)
        last = [random.randrange(ACTIONS) if random.random() < epsilon else g for g in greedy]
        start = clock()
        seen, reward, ended, cut, _ = env.step(last)
        inside += clock() - start
        replay.did(t, last, sum(reward), ended)
        total += sum(reward)
        if ended or cut:
            break
    replay.see(t + 1, seen, last)
    replay.end()
    lengths[episode] = t + 1
    return t + 1, total, inside


# ---------------------------------------------------------------------------------------------- learning


def update(episodes):
    longest = int(lengths[episodes].max())
    x, state, u, r, end = replay.batch(episodes, longest)
    counts = (torch.arange(longest)[:, None] < torch.from_numpy(lengths[episodes])[None]).float()
    q = online.agent(x).view(longest + 1, BATCH, AGENTS, ACTIONS)
    taken = q[:-1].gather(3, u[..., None])[..., 0]
    with unrecorded():
        later = target.agent(x).view(longest + 1, BATCH, AGENTS, ACTIONS)[1:]
        best = later.gather(3, q[1:].argmax(3, keepdim=True))[..., 0]
        following = target.mixer(best.reshape(-1, AGENTS), state[1:].reshape(-1, STATE)).view(longest, BATCH)
        y = (r + GAMMA * (1 - end) * following).detach()
    total = online.mixer(taken.reshape(-1, AGENTS), state[:-1].reshape(-1, STATE)).view(longest, BATCH)
    loss = (counts * (total - y) ** 2).sum() / counts.sum()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(weights, 10)
    optimiser.step()
    return float(loss.detach())


def main():
    steps = episodes = copied = 0
    environment = learning = 0.0
    losses, returns = [], []
    began, processor = time.perf_counter(), clock()
    while steps < STEPS:
        length, total, inside = play(episodes % KEPT, steps)
        steps += length
        episodes += 1
        environment += inside
        returns.append(total)
        if episodes >= BATCH:
            start = clock()
            losses.append(update(np.random.choice(min(episodes, KEPT), BATCH, replace=False)))
            learning += clock() - start
        if episodes - copied >= TARGET_EVERY:
            target.load_state_dict(online.state_dict())
            copied = episodes
    tenth = max(1, episodes // 10)
    mean = lambda list: sum(list) / max(1, len(list))  # noqa: E731
    print(
        json.dumps(
            {
                "steps": steps,
                "updates": len(losses),
                "weights": sum(w.numel() for w in weights),
                "wall": time.perf_counter() - began,
                "cpu": clock() - processor,
                "environment": environment,
                "learning": learning,
                # Team return of an episode and the loss, at both ends.
                "reward": [mean(returns[:tenth]), mean(returns[-tenth:])],
                "loss": [mean(losses[:tenth]), mean(losses[-tenth:])],
            }
        )
    )


main()
