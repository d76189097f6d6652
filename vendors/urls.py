"""Routes of vendors."""

from core.http.routes import Router
from vendors.views import VendorViewSet

router = Router()
router.add("vendors", VendorViewSet)

urlpatterns = router.urls
