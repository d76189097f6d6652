"""Types and statuses of products and components."""

from django.db.models import TextChoices


class ProductType(TextChoices):
    PAYMENT_PROCESSING = "payment_processing"
    BANKING_SYSTEM = "banking_system"
    API_GATEWAY = "api_gateway"
    DATA_INTEGRATION = "data_integration"
    REPORTING_PLATFORM = "reporting_platform"
    SECURITY_SERVICE = "security_service"
    BACKUP_SERVICE = "backup_service"
    MONITORING_TOOL = "monitoring_tool"
    OTHER = "other"


class ProductStatus(TextChoices):
    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    DEPRECATED = "deprecated"


class ComponentType(TextChoices):
    SFTP_SERVER = "sftp_server"
    API_ENDPOINT = "api_endpoint"
    DATABASE = "database"
    LOAD_BALANCER = "load_balancer"
    FIREWALL = "firewall"
    AUTHENTICATION_SERVICE = "authentication_service"
    PAYMENT_GATEWAY = "payment_gateway"
    FILE_STORAGE = "file_storage"
    MONITORING_SYSTEM = "monitoring_system"
    OTHER = "other"


class Environment(TextChoices):
    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"
    TEST = "test"


class ComponentStatus(TextChoices):
    ONLINE = "online"
    OFFLINE = "offline"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
