"""The tree of errors; each is named by what happens next.

    WatchWeaveError
      ConfigError         you fix a setting           names the key, the file and the line; exit 2
      StorageError        you free or mend the place  disk full, damaged or locked database; exit 1
        Busy              you wait                    another command is writing; names it; exit 1
      Held                you approve, or not         nothing dangerous was written; exit 3
      ServiceError        (carries the account's service)
        SignInNeeded      you sign in again           the account pauses, one notice
        RateLimited       we wait, then ask again     seen only if it outlasts the run
        Unavailable       we try at the next run      logged once when it goes, once when it is back
          NotSent         provably not sent           planned again
        Incomplete        we use what is certain      what is new counts, what is missing does not
        UnexpectedAnswer  we report a fault           this service stops; the answer is kept, secrets removed
          Rejected        we send the good rows alone the service names a fault in what we sent (400, 422)
        Stopped           you do what the text says   the account is locked, or its app key is no longer valid (403, 423)
        LimitReached      you make room, or upgrade   the account takes no more of this (420, 426)

Not an error: a `Refusal(record, why)`, which a shelf returns.
"""


class WatchWeaveError(Exception):
    """Anything we raise on purpose; its text is a sentence for a person."""


class ConfigError(WatchWeaveError):
    """A setting has to be changed by the person; the text names the key, the file and the line."""


class StorageError(WatchWeaveError):
    """The database or its folder cannot be used; the text says what to do."""


class Busy(StorageError):
    """Another command is writing; the text names it."""


class Held(WatchWeaveError):
    """A safety check held changes back; nothing dangerous was written."""


class ServiceError(WatchWeaveError):
    """Something between us and a service. `service` is its title, the text starts with it."""

    kind = "unavailable"
    unclear = False
    """May what was sent have been done all the same?"""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(f"{service}: {message}")
        self.service = service
        self.message = message


class SignInNeeded(ServiceError):
    """The sign-in is no longer good; the account pauses until the person signs in again."""

    kind = "sign_in_needed"


class RateLimited(ServiceError):
    """The service asked us to wait longer than this run may; it was not processed."""

    kind = "rate_limited"


class Unavailable(ServiceError):
    """The service did not answer as a working service does; the next run tries again. What was sent may have been done."""

    unclear = True


class NotSent(Unavailable):
    """The request provably never reached the service."""

    unclear = False


class Incomplete(ServiceError):
    """A reading that is provably, or possibly, not all there is."""

    kind = "incomplete"


class UnexpectedAnswer(ServiceError):
    """An answer that we cannot read, or that says we asked wrongly."""

    kind = "unexpected_answer"
    unclear = True

    def __init__(self, service: str, message: str, *, status: int = 0) -> None:
        super().__init__(service, message)
        self.status = status


class Rejected(UnexpectedAnswer):
    """The service says that something in the request is wrong (400, 422); nothing of it was done."""

    unclear = False


class Stopped(ServiceError):
    """The service has shut the account or our app key (403, 423); nothing helps but what the text says."""

    kind = "sign_in_needed"


class LimitReached(ServiceError):
    """The account takes no more of this (420), or not without paying (426); nothing of the request was done."""

    kind = "unexpected_answer"

    def __init__(self, service: str, message: str, *, limit: int | None = None) -> None:
        super().__init__(service, message)
        self.limit = limit
