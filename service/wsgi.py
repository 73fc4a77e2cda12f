"""For a WSGI server of your own: ``gunicorn service.wsgi:app``. `saring serve` does more."""

from service import home
from service.app import create_app
from service.settings import Settings

app = create_app(home.prepare(Settings.from_env()))
