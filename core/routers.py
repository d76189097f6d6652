"""The house's router: collections with trailing slashes, no browsable root, no format suffixes."""

from rest_framework.routers import SimpleRouter

from core.views import ListViewSet


class Router(SimpleRouter):
    def add(self, path: str, viewset: type[ListViewSet]) -> None:
        """Route a collection under `/path/`."""
        self.register(path, viewset, basename=path)
