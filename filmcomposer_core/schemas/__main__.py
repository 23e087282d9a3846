"""Write the schemas anew."""

from filmcomposer_core.schemas import write_schemas

write_schemas()
