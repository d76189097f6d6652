"""Routes of accounts, the own profile, login and tokens."""

from django.urls import path

from core.routers import Router
from users.views import LoginView, ProfileView, TokenViewSet, UserViewSet

router = Router()
router.add("users", UserViewSet)
router.add("auth/tokens", TokenViewSet)

urlpatterns = [
    path("auth/token/", LoginView.as_view({"post": "login"})),
    path("auth/logout/", LoginView.as_view({"post": "logout"})),
    path("auth/activate/", LoginView.as_view({"post": "activate"})),
    path("me/", ProfileView.as_view({"get": "retrieve", "patch": "partial_update"})),
    *router.urls,
]
