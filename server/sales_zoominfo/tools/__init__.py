"""The MCP surface: one module a toolset, one table of tools, one response contract.

:mod:`.spec` says what a tool is, :mod:`.registry` lists them all, :mod:`.server` serves them over MCP. The command line
calls the same tools through :func:`.registry.call`, so that both say the same.
"""
