"""Study: cyclical learning rates and weight decay."""
