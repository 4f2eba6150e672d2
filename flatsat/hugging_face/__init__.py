"""Models of the Hugging Face and the GGUF format, run with transformers on torch. Nothing else imports these two."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # a spacecraft has no hub; read when transformers is imported
