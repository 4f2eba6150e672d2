"""What is shown of budgets: rows, tables for a terminal, JSON objects, CSV and Markdown."""
