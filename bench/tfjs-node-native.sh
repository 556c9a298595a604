#!/bin/sh
# Builds the native binding of @tensorflow/tfjs-node from the sources in the npm package, against the C library inside PyPI's
# tensorflow-cpu wheel, and runs the conformance of our engine tfjs-node on it. The package's own installation downloads a C library that
# is from 2022 and not in any registry; this needs only npm, PyPI and a C++ compiler. Linux; about 300 MB to fetch and 1.2 GB on disk.
#
#   bench/tfjs-node-native.sh [FOLDER]      FOLDER (a new temporary one unless said) keeps the build; NODE, PYTHON, CXX may be set
#
# What was found: docs/decisions/engines.md.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
node=${NODE:-$root/node_modules/.bin/node}
python=${PYTHON:-python3}
compiler=${CXX:-g++}
wheel=tensorflow-cpu==2.21.0

mkdir -p "$folder"
cd "$folder"
echo "building in $folder"

# Without scripts: the package's own would start the download.
[ -f package.json ] || echo '{ "private": true }' > package.json
nice npm install --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-node@4.22.0 node-api-headers@1

# The wheel of one Python, whichever Python runs pip: only its C library and headers are used.
[ -d wheel ] || nice "$python" -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
  --platform "manylinux_2_27_$(uname -m)" --dest wheel "$wheel"
[ -d tensorflow ] || nice "$python" - <<'PYTHON'
import glob, zipfile

wanted = ("tensorflow/libtensorflow", "tensorflow/include/tensorflow/c/", "tensorflow/include/tensorflow/core/platform/",
          "tensorflow/include/xla/tsl/", "tensorflow/include/tsl/")
with zipfile.ZipFile(glob.glob("wheel/*.whl")[0]) as wheel:
    wheel.extractall(".", [name for name in wheel.namelist() if name.startswith(wanted)])
PYTHON

package=node_modules/@tensorflow/tfjs-node
mkdir -p "$package/lib/napi-v8"
nice "$compiler" -std=c++17 -O2 -fPIC -shared -w -DNAPI_VERSION=8 \
  -I node_modules/node-api-headers/include -I tensorflow/include -I "$package/binding" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" \
  -L tensorflow -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$PWD/tensorflow" \
  -o "$package/lib/napi-v8/tfjs_binding.node"

nice "$node" "$root/bench/conformance.ts" tfjs-node
