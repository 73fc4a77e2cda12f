"""For a WSGI server of your own: ``gunicorn service.wsgi:app``. `saring serve` does more."""

from service import home
from service.app import create_app
from service.settings import Settings

_settings = home.prepare(Settings.from_env())
_served = home.serve_from(_settings.home)
app = create_app(_settings)
