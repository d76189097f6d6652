"""Routes of products and components."""

from core.http.routes import Router
from products.views import ComponentViewSet, ProductViewSet

router = Router()
router.add("products", ProductViewSet)
router.add("components", ComponentViewSet)

urlpatterns = router.urls
