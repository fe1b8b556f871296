"""An Agent Skill and a self-hosted MCP server for ZoomInfo."""

__version__ = "0.1.0"
