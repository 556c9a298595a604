"""Runs exported ONNX models with ONNX Runtime and compares them with what our engine computed.

    python onnx_check.py CASES.json        (pip install onnxruntime onnx numpy)

CASES.json: [{"name", "file", "inputs": {name: {"shape", "data"}}, "outputs": {name: {"shape", "data"}}}]. Prints a line per model
with the greatest difference; exits with 1 where one is 1e-5 or more, or where the checker of the onnx package refuses a model.
"""

import json
import sys

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as error:
    print(f"not checked: {error.name} is not installed (pip install onnxruntime onnx numpy)")
    sys.exit(3)

limit = 1e-5


def tensor(value):
    return np.array(value["data"], dtype=np.float32).reshape(value["shape"])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    worst = 0.0
    print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}")
    for case in cases:
        onnx.checker.check_model(onnx.load(case["file"]), full_check=True)
        session = onnxruntime.InferenceSession(case["file"], providers=["CPUExecutionProvider"])
        inputs = {name: tensor(value) for name, value in case["inputs"].items()}
        assert sorted(inputs) == sorted(given.name for given in session.get_inputs()), case["name"]
        names = [output.name for output in session.get_outputs()]
        assert sorted(names) == sorted(case["outputs"]), case["name"]
        greatest = 0.0
        for name, found in zip(names, session.run(names, inputs)):
            expected = tensor(case["outputs"][name])
            assert found.shape == expected.shape, f"{case['name']}: {name} is {found.shape}, not {expected.shape}"
            greatest = max(greatest, float(np.max(np.abs(found - expected))))
        rows = next(iter(inputs.values())).shape[0]
        print(f"{case['name']}: {rows} rows, greatest difference {greatest:.1e}")
        worst = max(worst, greatest)
    print(f"greatest difference of all {worst:.1e}, limit {limit:.0e}")
    return 0 if worst < limit else 1


sys.exit(main())
