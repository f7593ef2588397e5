"""The exception for mistakes that the user can mend."""


class UserError(Exception):
    """A mistake in the input, not in textrm.

    ``str(error)`` is one line that says what was got, what was expected and what to do. Entry points print that line
    and exit with status 1; no traceback is shown.
    """
