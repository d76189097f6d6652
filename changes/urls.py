"""Routes of changes and rollbacks."""

from changes.views import ChangeViewSet, RollbackViewSet
from core.http.routes import Router

router = Router()
router.add("change-requests", ChangeViewSet)
router.add("rollback-requests", RollbackViewSet)

urlpatterns = router.urls
