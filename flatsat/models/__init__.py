"""Models on board: installed beside the running one, tried, switched to, and rolled back."""
