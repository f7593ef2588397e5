# For the scripts beside it, which source it with the packages that they need: makes an environment of just these, and
# goes into the empty folder $work, which is removed at the end. Its Python is "$work/venv/bin/python".
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
cd "$work"
