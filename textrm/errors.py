"""The exception for mistakes that the user can mend."""


class UserError(Exception):
    """A mistake in the input, not in textrm.

    ``str(error)`` is one line that says what was got, what was expected and what to do. Entry points print that line
    and exit with status 1; no traceback is shown.
    """


def told_by_worker(text: str) -> str:
    """What an error said before the worker of a loader that it was raised in wrapped it into its traceback."""
    wrapped = text.startswith("Caught ") and "Original Traceback" in text
    return text.strip().splitlines()[-1].partition(": ")[2] if wrapped else text
