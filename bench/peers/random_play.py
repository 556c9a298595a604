"""Steps per second of uniformly random play in a Python original; prints one number, or why there is none.

    python3 random_play.py foraging|spread [seconds]
"""
import random
import sys
import time


def foraging():
    import gymnasium
    import lbforaging  # noqa: F401  registers the environments

    env = gymnasium.make("Foraging-8x8-2p-3f-v3")
    env.reset(seed=1)
    count = 2

    def step():
        _, _, terminated, truncated, _ = env.step([random.randrange(6) for _ in range(count)])
        if terminated or truncated:
            env.reset()

    return step


def spread():
    try:
        from mpe2 import simple_spread_v3
    except ImportError:
        from pettingzoo.mpe import simple_spread_v3

    env = simple_spread_v3.parallel_env(N=3, max_cycles=25)
    env.reset(seed=1)

    def step():
        env.step({agent: random.randrange(5) for agent in env.agents})
        if not env.agents:
            env.reset()

    return step


def main():
    which = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 3.0
    try:
        step = {"foraging": foraging, "spread": spread}[which]()
    except Exception as error:  # not installed, or not able to run here
        print(f"unavailable: {error}")
        return
    for _ in range(200):
        step()
    steps = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(100):
            step()
        steps += 100
    print(steps / (time.perf_counter() - start))


main()
