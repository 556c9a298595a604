"""QMIX at PyMARL's cadence by EPyMARL itself, one thread, on lbforaging, for bench/deep.ts.

    python3 epymarl_run.py CHECKOUT [steps [environment [setting=value ...]]]

CHECKOUT is a folder with EPyMARL (github.com/uoe-agents/epymarl; it is on no registry) in a version for gymnasium, its requirements and
lbforaging installed. EPyMARL's own src/main.py runs, unchanged, with the settings below; this file only starts it and takes the time from the
beginning of `run_sequential` (environment, buffer, networks, then the training) to its end. Importing, reading of settings and sacred's
preparations are not counted, and nothing is saved.

The settings are those of the training in bench/deep.ts as far as EPyMARL has them: one game, 32 of the last 1000 episodes after every
episode, cut to the longest of them; dense 64, GRU 64; mixing by 32 units with linear hypernetworks (`hypernet_layers=1`, the form of the
paper and of PyMARL's first version, and what our `TwoLayer` is; EPyMARL's default is 2); last action and agent's number among the inputs;
target copied every 200 updates; epsilon 1 to 0.05 over 50,000 steps; gradients clipped at 10; rewards not standardised. One evaluation of
one episode, as ours. Otherwise it is EPyMARL: Adam where ours takes RMSProp; the joined observations as state, 24 numbers where our game has
13 (1,760 weights more); rows and columns unscaled, so that its losses are larger; gradients recorded while acting and for the target network
too; figures put aside ten times in a run.

Prints one line of JSON last; seconds of the processor, all threads of the process together.
"""
import json
import os
import runpy
import sys
import time

if len(sys.argv) < 2 or not os.path.isfile(os.path.join(sys.argv[1], "src", "main.py")):
    sys.exit("name a checkout of EPyMARL: a folder with src/main.py")
SOURCE = os.path.join(os.path.abspath(sys.argv[1]), "src")
STEPS = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
NAME = sys.argv[3] if len(sys.argv) > 3 else "Foraging-8x8-2p-2f-coop-v3"
BATCH = 32
clock = time.process_time

sys.path.insert(0, SOURCE)
try:
    import lbforaging  # noqa: F401  so that its loading is not counted
    import run as program
    import torch
except ImportError as error:
    sys.exit(f"{error}; install lbforaging and what {SOURCE} requires (for QMIX: sacred pyyaml torch gymnasium)")

torch.set_num_threads(1)

SETTINGS = {
    "env_args.key": f"lbforaging:{NAME}",
    "env_args.time_limit": 50,
    "t_max": STEPS,
    "seed": 1,
    "use_cuda": False,
    # One episode is always tested after the first; none later.
    "test_nepisode": 1,
    "test_interval": 10 * STEPS,
    "save_model": False,
    "log_interval": STEPS // 10,
    "runner_log_interval": STEPS // 10,
    "learner_log_interval": STEPS // 10,
    "batch_size": BATCH,
    "batch_size_run": 1,
    "buffer_size": 1000,
    "lr": 0.0005,
    "hidden_dim": 64,
    "use_rnn": True,
    "obs_last_action": True,
    "obs_agent_id": True,
    "mixing_embed_dim": 32,
    "hypernet_layers": 1,
    "target_update_interval_or_tau": 200,
    "common_reward": True,
    "reward_scalarisation": "sum",
    "standardise_rewards": False,
    "standardise_returns": False,
}


class Watched:
    """What the training makes, kept to be looked at after it."""

    runner = learner = logger = None
    inside = learning = cpu = wall = 0.0
    returns = []


def timed(function, to):
    def inner(*args, **named):
        start = clock()
        result = function(*args, **named)
        setattr(Watched, to, getattr(Watched, to) + clock() - start)
        return result

    return inner


def runner_watched(make):
    def inner(*args, **named):
        runner = Watched.runner = make(*args, **named)
        runner.env.step, runner.env.reset = timed(runner.env.step, "inside"), timed(runner.env.reset, "inside")
        play = runner.run

        def run(test_mode=False):
            batch = play(test_mode=test_mode)
            if not test_mode:
                Watched.returns.append(float(batch["reward"].sum()))
            return batch

        runner.run = run
        return runner

    return inner


def learner_watched(make):
    def inner(*args, **named):
        learner = Watched.learner = make(*args, **named)
        train = timed(learner.train, "learning")

        def checked(batch, *rest):
            if batch.batch_size != BATCH:
                sys.exit(f"an update of {batch.batch_size} episodes instead of {BATCH}")
            return train(batch, *rest)

        learner.train = checked
        return learner

    return inner


def whole_watched(function):
    def inner(args, logger):
        Watched.logger = logger
        wall, cpu = time.perf_counter(), clock()
        function(args, logger)
        Watched.wall, Watched.cpu = time.perf_counter() - wall, clock() - cpu

    return inner


program.r_REGISTRY["episode"] = runner_watched(program.r_REGISTRY["episode"])
program.le_REGISTRY["q_learner"] = learner_watched(program.le_REGISTRY["q_learner"])
program.run_sequential = whole_watched(program.run_sequential)

settings = [f"{key}={value}" for key, value in SETTINGS.items()]
sys.argv = [
    os.path.join(SOURCE, "main.py"),
    "--config=qmix",
    "--env-config=gymma",
    # No files of the run.
    "--unobserved",
    "with",
    *settings,
    # Later ones count.
    *sys.argv[4:],
]
runpy.run_path(sys.argv[0], run_name="__main__")

tenth = max(1, len(Watched.returns) // 10)
mean = lambda list: sum(list) / max(1, len(list))  # noqa: E731
losses = [float(value) for _, value in Watched.logger.stats["loss"]]
print(
    json.dumps(
        {
            "steps": Watched.runner.t_env,
            "updates": Watched.learner.training_steps,
            "weights": sum(w.numel() for w in Watched.learner.params),
            "wall": Watched.wall,
            "cpu": Watched.cpu,
            "environment": Watched.inside,
            "learning": Watched.learning,
            # Team return of an episode; the loss of one update.
            "reward": [mean(Watched.returns[:tenth]), mean(Watched.returns[-tenth:])],
            "loss": [losses[0], losses[-1]],
        }
    )
)
