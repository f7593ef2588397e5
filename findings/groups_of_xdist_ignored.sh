#!/usr/bin/env bash
# pytest-xdist's groups are ignored by pytest 9.2, without a word: each process makes what a group was to share.
#
# Versions: pytest-xdist 3.8.0, pytest 9.2.0 (9.1.1 groups). Reported as pytest-xdist issue 1386.
# Expected: with --dist loadgroup all tests marked xdist_group("one") run in the same process.
# Seen: they are dealt out like tests without a mark. xdist writes the group into item._nodeid, which pytest no longer
#   reads. --dist loadfile, which goes by the file's name, keeps the tests of a file together.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check pytest==9.2.0 pytest-xdist==3.8.0
cd "$work"
cat > test_group.py <<'PYTHON'
import os
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("one")


@pytest.mark.parametrize("number", range(6))
def test_of_the_group(number):
    time.sleep(0.5)
    Path(os.environ["SEEN"], str(os.getpid())).touch()
PYTHON
for how in loadgroup loadfile; do
  mkdir "$how"
  SEEN="$work/$how" "$work/venv/bin/python" -m pytest -q -p no:cacheprovider -n 2 --dist "$how" > "$how.txt"
  echo "$how: $(ls "$how" | wc -l) processes"
done
[ "$(ls loadgroup | wc -l)" = 2 ] && [ "$(ls loadfile | wc -l)" = 1 ]
