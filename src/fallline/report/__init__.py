"""What a run looked like: text for the terminal, a Markdown summary, figures."""
