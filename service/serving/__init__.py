"""From the socket to the app: gunicorn, its workers and what they share."""
