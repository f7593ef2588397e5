"""How screens are continued under letters."""
