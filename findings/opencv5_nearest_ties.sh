#!/usr/bin/env bash
# OpenCV 5 loses every second column of a mask that warpAffine moves by half a pixel.
#
# Versions: opencv-python-headless 5.0.0.93 with numpy 2.4.6, and 4.12.0.88 with numpy 2.2.6.
# Expected: cv2.warpAffine with INTER_NEAREST and a shift of 0.5 moves all columns alike, by one or by none, as in 4.12; and
#   a mask of an odd number of pixels that is enlarged twice about its centre has all its columns twice.
# Seen: places halfway are rounded to the even pixel in 5.0: 0 0 2 2 4 4 6 6 for 0 to 7, and 8 8 8 9 10 10 10 11 for
#   8 8 9 9 10 10 11 11. cv2.remap and cv2.warpPerspective were so in 4.12 already.
# Exit status 1 where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/halves.py" <<'PY'
import cv2
import numpy as np

for side, centred, scale, shift in ((8, 0, 1, 0.5), (31, 15, 2, 0)):
    columns = np.tile(np.arange(side, dtype=np.uint8), (side, 1))
    move = cv2.getRotationMatrix2D((centred, centred), 0, scale)
    move[0, 2] += shift
    row = cv2.warpAffine(columns, move, (side, side), flags=cv2.INTER_NEAREST)[side // 2]
    print(cv2.__version__.split(".")[0], *row[:8])
PY
seen=""
for packages in "opencv-python-headless==4.12.0.88 numpy==2.2.6" "opencv-python-headless==5.0.0.93 numpy==2.4.6"; do
  python3 -m venv --clear "$folder/venv"
  # shellcheck disable=SC2086  # two packages
  "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check $packages
  seen+="$("$folder/venv/bin/python" "$folder/halves.py")"$'\n'
done
printf '%s' "$seen"
expected="4 0 1 2 3 4 5 6 7
4 8 8 9 9 10 10 11 11
5 0 0 2 2 4 4 6 6
5 8 8 8 9 10 10 10 11
"
if [ "$seen" != "$expected" ]; then
  echo "changed; expected:" && printf '%s' "$expected" && exit 1
fi
