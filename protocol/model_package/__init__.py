"""A model, a change of one, or a LoRA adapter, as one file that goes over the link."""
