"""Operations on clients, subscriptions and agreements, one file for each SOP."""

from clients.operations import agreements, business_hours, create_client, subscriptions, update_client

__all__ = ["agreements", "business_hours", "create_client", "subscriptions", "update_client"]
