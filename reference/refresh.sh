#!/bin/sh
# After a new pretraining: the look at the test images, the browser's checkpoint, all fixtures.
#   reference/refresh.sh [FOLDER WITH final.pt] ; PYTHON chooses the interpreter
set -e
folder=$(realpath "${1:-$(dirname "$0")/checkpoints}")
python=${PYTHON:-python3}
cd "$(dirname "$0")"
$python pretrain.py --out "$folder" --test
$python export.py --checkpoint "$folder/final.pt"
$python oracle.py
