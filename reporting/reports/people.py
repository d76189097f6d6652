"""People in reports: by name and role for staff, all of them in one statement."""

from collections.abc import Iterable

from reporting.reports.values import NOTHING, words
from users.models import User


class People:
    """Names by id, loaded on first use: builders collect all ids before."""

    def __init__(self) -> None:
        self._wanted: set[int] = set()
        self._known: dict[int, tuple[str, str]] = {}

    def want(self, ids: Iterable[int | None]) -> None:
        self._wanted |= {each for each in ids if each is not None}

    def name(self, pk: int | None) -> str:
        """The name, with the account's current role."""
        if pk is None:
            return NOTHING
        name, role = self._find(pk)
        return f"{name} ({words(role)})" if role else name

    def _find(self, pk: int) -> tuple[str, str]:
        if pk not in self._known:
            rows = User.objects.filter(pk__in={*self._wanted, pk} - set(self._known)).values_list("pk", "name", "role")
            self._known |= {each: (name, role) for each, name, role in rows}
        return self._known[pk]
