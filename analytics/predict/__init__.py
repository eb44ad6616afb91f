"""How much longer an open transaction will take, and whether it will miss its deadline: from what earlier ones did."""
