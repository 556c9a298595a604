"""Iterations per second of OpenSpiel's C++ CFR, for bench/cfr.ts: `cfr_steps.py GAME SOLVER ITERATIONS` prints rate and exploitability."""
import sys
import time

try:
    import pyspiel
except ImportError as error:
    sys.exit(f"unavailable: {error}")

name, solver, iterations = sys.argv[1], sys.argv[2], int(sys.argv[3])
game = pyspiel.load_game(name)
run = {"cfr": pyspiel.CFRSolver, "cfr_plus": pyspiel.CFRPlusSolver}[solver](game)
start = time.process_time()
for _ in range(iterations):
    run.evaluate_and_update_policy()
seconds = time.process_time() - start
print(iterations / seconds, pyspiel.exploitability(game, run.average_policy()))
