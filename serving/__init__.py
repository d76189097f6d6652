"""What gunicorn loads beside its configuration; it is no part of the package that production imports."""
