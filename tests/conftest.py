import os

from hypothesis import settings

# a busy machine is no counterexample; and CI judges the change, while other runs look for new examples
settings.register_profile("any-machine", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("any-machine")
