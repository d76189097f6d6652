"""Routes of approvals, their rules, handoffs and the policy."""

from django.urls import path

from approvals.views import ApprovalRuleViewSet, ApprovalViewSet, HandoffViewSet, PolicyView
from core.http.routes import Router

router = Router()
router.add("approvals", ApprovalViewSet)
router.add("approval-rules", ApprovalRuleViewSet)
router.add("handoffs", HandoffViewSet)

urlpatterns = [path("policy/", PolicyView.as_view({"get": "retrieve"})), *router.urls]
