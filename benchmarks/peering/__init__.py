"""Other filters, each set up as its own documentation says, behind one small face."""
