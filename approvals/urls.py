"""Routes of approvals, their rules and the policy."""

from django.urls import path

from approvals.views import ApprovalRuleViewSet, ApprovalViewSet, PolicyView
from core.routers import Router

router = Router()
router.add("approvals", ApprovalViewSet)
router.add("approval-rules", ApprovalRuleViewSet)

urlpatterns = [path("policy/", PolicyView.as_view({"get": "retrieve"})), *router.urls]
