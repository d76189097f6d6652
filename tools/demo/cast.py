"""The people of the tour, one or two for each role, and the contacts of the demo data."""

from typing import NamedTuple

from users.choices import AM, CC, EX, IM, SA, TS, VC

PASSWORD = "correct-horse-battery"  # noqa: S105 - of the demonstration, printed on purpose


class Person(NamedTuple):
    key: str
    role: str
    name: str
    department: str
    timezone: str

    @property
    def email(self) -> str:
        return f"{self.key}@ims.example"


CAST = (
    Person("sam", SA, "Sam Okonkwo", "Platform", "Europe/London"),
    Person("eva", EX, "Eva Lindqvist", "Board", "Europe/Stockholm"),
    Person("ines", IM, "Ines Moreau", "Incident Management", "Europe/Paris"),
    Person("ivan", IM, "Ivan Petrov", "Incident Management", "Europe/Berlin"),
    Person("tara", TS, "Tara Singh", "Technical Support", "Asia/Kolkata"),
    Person("tom", TS, "Tom Becker", "Technical Support", "Europe/Berlin"),
    Person("ada", AM, "Ada Romero", "Client Relations", "America/New_York"),
    Person("carl", CC, "Carl Jensen", "IT Operations", "Europe/Berlin"),
    Person("vera", VC, "Vera Novak", "Support", "Europe/Prague"),
)
# The tour itself creates Carl and Vera; the first client and vendor of the demo data have other contacts.
WORLD_CLIENT_CONTACT = Person("nora", CC, "Nora Lind", "IT Operations", "Europe/Berlin")
WORLD_VENDOR_CONTACT = Person("viktor", VC, "Viktor Horak", "Support", "Europe/Prague")
