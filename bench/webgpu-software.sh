#!/bin/sh
# Runs the conformance of our engine tfjs-webgpu without a graphics card: the npm package webgpu (Dawn), and as its adapter SwiftShader, a
# Vulkan driver in software that Debian's chromium-common carries. Debian or Ubuntu on x86-64; nothing is installed on the system.
#
#   bench/webgpu-software.sh [FOLDER]       FOLDER (a new temporary one unless said) keeps the packages; NODE may be set
#
# What was found: docs/decisions/engines.md.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
node=${NODE:-$root/node_modules/.bin/node}

mkdir -p "$folder"
cd "$folder"
echo "working in $folder"
[ -f package.json ] || echo '{ "private": true }' > package.json
nice npm install --ignore-scripts --no-audit --no-fund webgpu@0.6.2 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0
if [ ! -d system ]; then
  apt-get download chromium-common libvulkan1
  for package in *.deb; do dpkg -x "$package" system; done
fi

icd=$(find "$PWD/system" -name '*swiftshader_icd.json')
export VK_DRIVER_FILES="$icd" VK_ICD_FILENAMES="$icd"
LD_LIBRARY_PATH=$(dirname "$(find "$PWD/system" -path '*linux-gnu*' -name libvulkan.so.1)")
export LD_LIBRARY_PATH
nice "$node" "$root/bench/conformance.ts" tfjs-webgpu
