"""Routes of accounts, the caller's profile, login and tokens."""

from django.urls import path

from core.http.routes import Router
from users.views import (
    ActivationViewSet,
    LoginView,
    ProfileView,
    SecondFactorView,
    SessionViewSet,
    TokenViewSet,
    UserViewSet,
)

router = Router()
router.add("users", UserViewSet)
router.add("activations", ActivationViewSet)
router.add("auth/tokens", TokenViewSet)
router.add("auth/sessions", SessionViewSet)

urlpatterns = [
    path("auth/token/", LoginView.as_view({"post": "login"})),
    path("auth/logout/", LoginView.as_view({"post": "logout"})),
    path("auth/activate/", LoginView.as_view({"post": "activate"})),
    path("auth/totp/", SecondFactorView.as_view({"post": "begin", "delete": "remove"})),
    path("auth/totp/confirm/", SecondFactorView.as_view({"post": "confirm"})),
    path("me/", ProfileView.as_view({"get": "retrieve", "patch": "partial_update"})),
    *router.urls,
]
