"""Routes of clients, subscriptions and agreements."""

from clients.views import AgreementViewSet, ClientViewSet, SubscriptionViewSet
from core.http.routes import Router

router = Router()
router.add("clients", ClientViewSet)
router.add("subscriptions", SubscriptionViewSet)
router.add("sla-agreements", AgreementViewSet)

urlpatterns = router.urls
