#!/usr/bin/env bash
# OpenCV 5 gives the points of a mask in another shape than OpenCV 4, and only some functions changed.
#
# Versions: opencv-python-headless 5.0.0.93 and 4.12.0.88, Python 3.11.
# Expected: cv2.findNonZero gives N x 1 x 2 in both, as cv2.convexHull and cv2.findContours do.
# Seen: in 5.0 cv2.findNonZero gives N x 2, while convexHull of the same points and findContours still give N x 1 x 2.
#   The idiom points[:, 0] therefore raises nothing: it was the points and now is their x coordinates.
# Exit status 1 where that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/shapes.py" <<'PY'
import cv2
import numpy as np

mask = np.zeros((9, 9), np.uint8)
mask[2:5, 3:8] = 1
points = cv2.findNonZero(mask)
hull = cv2.convexHull(points)
contour = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
print(cv2.__version__.split(".")[0], points.shape, hull.shape[1:], contour.shape[1:], points[:, 0].shape)
PY
seen=""
for version in 4.12.0.88 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/python" -m pip install --quiet --disable-pip-version-check "opencv-python-headless==$version"
  seen+="$("$folder/$version/bin/python" "$folder/shapes.py")"$'\n'
done
printf '%s' "$seen"
expected="4 (15, 1, 2) (1, 2) (1, 2) (15, 2)
5 (15, 2) (1, 2) (1, 2) (15,)
"
if [ "$seen" != "$expected" ]; then
  echo "changed; expected:" && printf '%s' "$expected" && exit 1
fi
